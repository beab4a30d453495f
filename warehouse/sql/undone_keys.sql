-- Values written once and taken back, per account and field: asked before they are written again.
-- In: outcome, undone. Out: account_id, field, keys.

SELECT o.account_id, o.field, list(DISTINCT o.value_key) AS keys
FROM outcome o
JOIN undone u ON u.run_id = o.run_id AND u.change_id = o.change_id
WHERE o.status = 'written' AND o.value_key IS NOT NULL
GROUP BY o.account_id, o.field
