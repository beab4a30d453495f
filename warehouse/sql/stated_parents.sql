-- What the world says of parents: the golden values with the passage that tells them.
-- In:  golden, observation. Out: account_id, field (parent, ultimate_parent), value, confidence, sources, passage, url.

SELECT g.account_id, g.field, g.value, g.confidence, g.sources, o.passage, o.url
FROM golden g
LEFT JOIN observation o ON o.id = g.observation_ids[1]
WHERE g.valid_to IS NULL AND g.field IN ('parent', 'ultimate_parent') AND g.value IS NOT NULL
ORDER BY g.account_id, g.field
