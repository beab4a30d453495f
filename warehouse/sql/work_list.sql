-- Accounts to look at, greatest expected benefit first.
-- In:  staleness, source_call, provides (source, field, every_days); $now.
-- Out: account_id, needs (JSON list of field, status, reason, sources that are due), benefit.
-- A need is open while a source that provides the field has not answered for the account within its `every_days`
-- (a failed call is no answer). A fresh field is a need too: the regular look that finds out what changed. It counts
-- little, so that a budget goes to what is known to be wrong first.

WITH answered AS (
    SELECT account_id, source, max(noted_at) AS noted_at
    FROM source_call WHERE outcome <> 'failed' GROUP BY ALL
),
open_need AS (
    SELECT s.account_id, s.field, s.status, s.reason, list(p.source ORDER BY p.source) AS sources,
        CASE WHEN s.status = 'fresh' THEN 0.05 * coalesce(s.age_days, 0) / s.ttl_days ELSE s.benefit END AS benefit
    FROM staleness s
    JOIN provides p ON p.field = s.field
    LEFT JOIN answered r ON r.account_id = s.account_id AND r.source = p.source
    WHERE r.noted_at IS NULL OR s.status = 'asked'
       OR date_diff('day', r.noted_at, $now::TIMESTAMP) >= p.every_days
    GROUP BY ALL
)
SELECT account_id,
       to_json(list({'field': field, 'status': status, 'reason': reason, 'sources': sources} ORDER BY benefit DESC, field)) AS needs,
       sum(benefit) AS benefit
FROM open_need
GROUP BY account_id
ORDER BY benefit DESC, account_id
