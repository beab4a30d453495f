-- The stale fields with all that they are filtered by: made once per snapshot.
-- In:  staleness, crm_account, crm_value, field_spec, score. Out: the table `stale_now`.
-- `stake`: what a right value would be worth, the field's benefit raised by the account's score.

CREATE OR REPLACE TABLE stale_now AS
WITH picked AS (
    SELECT account_id,
           any_value(value) FILTER (field = 'industry') AS industry,
           any_value(value) FILTER (field = 'owner') AS owner
    FROM crm_value WHERE field IN ('industry', 'owner') GROUP BY account_id
)
SELECT s.account_id, a.name AS account_name, a.country, p.industry, p.owner, s.field, f.label_en, f.label_zh, s.status,
       v.value AS crm_value, v.changed_by, s.age_days, s.ttl_days, s.reason, s.benefit,
       s.benefit * (1 + greatest(0, coalesce(c."value", 0)) / 100) AS stake
FROM staleness s
JOIN field_spec f ON f.name = s.field
LEFT JOIN crm_account a ON a.account_id = s.account_id
LEFT JOIN crm_value v ON v.account_id = s.account_id AND v.field = s.field
LEFT JOIN picked p ON p.account_id = s.account_id
LEFT JOIN (SELECT account_id, max("value") AS "value" FROM score GROUP BY account_id) c ON c.account_id = s.account_id
WHERE s.status IN ('expired', 'contradicted', 'invalid')
