-- Accounts to look at, most expected staleness removed per request first.
-- In:  staleness, source_call, provides (source, field, every_days), segment (account_id, segment), change_rate,
--      pace (account_id, source, pace); $now.
-- Out: account_id, needs (JSON list of field, status, reason, sources that are due), benefit, expected (changes).
-- New accounts, and fields asked for, come first, by the weight of what is wrong with them. What failed is asked again at once,
-- then after 1, 3, 7, 15 and at most 30 days, and counts half as much each time. For all others a look now is
-- worth weight / rate × (1 − e^−x (1 + x)), x = rate × days since the last look: what a look at a page that changes by
-- chance is worth where it is out of date or not (Azar, Horvitz et al., PNAS 2018). What is contradicted is taken to change
-- every third day: it is looked at soon, and not every night for ever.

WITH called AS (
    SELECT account_id, source, max(noted_at) AS called_at, greatest(1, avg(requests)) AS requests,
           max(noted_at) FILTER (outcome <> 'failed') AS answered_at
    FROM source_call GROUP BY ALL
),
history AS (
    SELECT h.*, count(c.noted_at) AS failures
    FROM called h
    LEFT JOIN source_call c ON c.account_id = h.account_id AND c.source = h.source AND c.outcome = 'failed'
        AND (h.answered_at IS NULL OR c.noted_at > h.answered_at)
    GROUP BY ALL
),
due AS (
    SELECT s.account_id, s.field, s.status, s.reason, s.benefit, f.weight, p.source,
        r.called_at IS NULL OR s.status = 'asked' AS urgent, coalesce(r.requests, 3) AS requests,
        coalesce(r.failures, 0) AS failures,
        greatest(0, coalesce(date_diff('second', coalesce(r.answered_at, r.called_at), $now::TIMESTAMP), 0)) / 86400.0 AS days,
        CASE WHEN r.answered_at < s.said_at THEN 1.0
            WHEN s.status = 'contradicted' THEN greatest(1 / 3.0, coalesce(c.rate, 0))
            ELSE coalesce(c.rate, 1.0 / s.ttl_days) * coalesce(h.pace, 1) END AS rate
    FROM staleness s
    JOIN field_spec f ON f.name = s.field
    JOIN provides p ON p.field = s.field
    JOIN segment g ON g.account_id = s.account_id
    LEFT JOIN history r ON r.account_id = s.account_id AND r.source = p.source
    LEFT JOIN change_rate c ON c.segment = g.segment AND c.source = p.source AND c.field = s.field
        AND c.blank = (s.status = 'missing')
    LEFT JOIN pace h ON h.account_id = s.account_id AND h.source = p.source
    WHERE r.called_at IS NULL OR s.status = 'asked' OR r.answered_at < s.said_at
       OR (r.failures = 0 AND date_diff('day', r.answered_at, $now::TIMESTAMP) >= p.every_days)
       OR (r.failures > 0 AND date_diff('day', r.called_at, $now::TIMESTAMP) >= least(30, pow(2, least(r.failures, 10) - 1) - 1))
),
judged AS (
    SELECT *,
        pow(0.5, failures) * CASE WHEN urgent THEN greatest(benefit, 0.01)
            ELSE weight / rate * (1 - exp(-rate * days) * (1 + rate * days)) END AS worth,
        CASE WHEN urgent THEN 0 ELSE 1 - exp(-rate * days) END AS chance
    FROM due
),
open_need AS (
    SELECT account_id, field, any_value(status) AS status, any_value(reason) AS reason,
        list(source ORDER BY source) AS sources, bool_or(urgent) AS urgent, max(worth) AS worth,
        max(chance) AS chance
    FROM judged GROUP BY account_id, field
),
price AS (
    SELECT account_id, sum(requests) AS requests
    FROM (SELECT DISTINCT account_id, source, requests FROM due) GROUP BY ALL
)
SELECT account_id,
       to_json(list({'field': field, 'status': status, 'reason': reason, 'sources': sources} ORDER BY worth DESC, field)) AS needs,
       sum(worth) / any_value(requests) AS benefit,
       sum(chance) AS expected
FROM open_need
JOIN price USING (account_id)
GROUP BY account_id
ORDER BY bool_or(urgent) DESC, benefit DESC, account_id
