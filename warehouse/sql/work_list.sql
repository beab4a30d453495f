-- Accounts to look at, greatest expected benefit first.
-- In:  staleness, source_call, provides (source, field); $now, $recheck_days.
-- Out: account_id, needs (JSON list of field, status, reason), benefit.
-- A need is open while a source that provides the field has not answered for the account within $recheck_days.

WITH answered AS (
    SELECT account_id, source, max(noted_at) AS noted_at
    FROM source_call WHERE outcome <> 'failed' GROUP BY ALL
),
open_need AS (
    SELECT DISTINCT s.account_id, s.field, s.status, s.reason, s.benefit
    FROM staleness s
    JOIN provides p ON p.field = s.field
    LEFT JOIN answered r ON r.account_id = s.account_id AND r.source = p.source
    WHERE s.status <> 'fresh'
      AND (r.noted_at IS NULL OR s.status = 'asked' OR date_diff('day', r.noted_at, $now::TIMESTAMP) >= $recheck_days)
)
SELECT account_id,
       to_json(list({'field': field, 'status': status, 'reason': reason} ORDER BY benefit DESC, field)) AS needs,
       sum(benefit) AS benefit
FROM open_need
GROUP BY account_id
ORDER BY benefit DESC, account_id
