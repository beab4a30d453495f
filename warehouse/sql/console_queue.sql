-- The review queue with what else is known of each question.
-- In:  review_item, change, score, field_spec, link. Out: one row per question, what matters most first.
-- `stake`: the question's rank (value × uncertainty) raised by the account's score.

SELECT i.*, f.label_en, f.label_zh, c.confidence, c.sources, c.observation_ids, c.kind AS change_kind,
       i.rank * (1 + greatest(0, coalesce(s."value", 0)) / 100) AS stake
FROM review_item i
LEFT JOIN field_spec f ON f.name = i.field
LEFT JOIN (
    SELECT id, run_id, any_value(confidence) AS confidence, any_value(sources) AS sources,
           any_value(observation_ids) AS observation_ids, any_value(kind) AS kind
    FROM change WHERE verdict = 'review' GROUP BY id, run_id
) c ON c.id = i.id AND c.run_id = i.run_id
LEFT JOIN (SELECT account_id, max("value") AS "value" FROM score GROUP BY account_id) s ON s.account_id = i.account_id
ORDER BY stake DESC NULLS LAST, i.account_id, i.field, i.id
