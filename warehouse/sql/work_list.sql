-- What wants looking at, by its expected benefit; `work_list_items.sql` makes the list of it.
-- In:  staleness, source_call, provides (source, field, every_days, bit); $now.
-- Out: need and price, as `work_list_by_rate.sql` leaves them; chance is 0, days are unknown, nothing is urgent, and price is empty.
-- A need is open while a source that provides the field has not answered for the account within its `every_days`
-- (a failed call is no answer; it is asked again at once, then after 1, 3, 7, 15 and at most 30 days), or since it was
-- contradicted. A fresh field is a need too: the regular look that finds
-- out what changed. It counts little, so that a budget goes to what is known to be wrong first. What was looked for in vain, or
-- is open still, counts by the days since that look, in full after thirty: a blank that no page fills would else take
-- the budget every night and the rest would never be looked at.

CREATE OR REPLACE TEMP TABLE need AS
WITH called AS (
    SELECT account_id, source, max(noted_at) AS called_at, max(noted_at) FILTER (outcome <> 'failed') AS answered_at
    FROM source_call GROUP BY ALL
),
answered AS (
    SELECT h.*, count(c.noted_at) AS failures
    FROM called h
    LEFT JOIN source_call c ON c.account_id = h.account_id AND c.source = h.source AND c.outcome = 'failed'
        AND (h.answered_at IS NULL OR c.noted_at > h.answered_at)
    GROUP BY ALL
),
looked AS (
    SELECT account_id, max(called_at) AS called_at FROM called GROUP BY ALL
),
open_need AS (
    SELECT s.rowid AS cell, bit_or(p.bit) AS sources,
        CASE WHEN s.status = 'fresh' THEN 0.05 * coalesce(s.age_days, 0) / s.ttl_days ELSE s.benefit END
            * max(CASE WHEN l.called_at IS NULL OR s.status = 'asked' OR (r.failures = 0 AND r.answered_at < s.said_at) THEN 1.0
                ELSE least(1.0, date_diff('day', coalesce(r.called_at, l.called_at), $now::TIMESTAMP) / 30.0) END) AS worth
    FROM staleness s
    JOIN provides p ON p.field = s.field
    LEFT JOIN looked l ON l.account_id = s.account_id
    LEFT JOIN answered r ON r.account_id = s.account_id AND r.source = p.source
    WHERE r.called_at IS NULL OR s.status = 'asked'
       OR (r.failures = 0 AND (r.answered_at < s.said_at OR date_diff('day', r.answered_at, $now::TIMESTAMP) >= p.every_days))
       OR (r.failures > 0 AND date_diff('day', r.called_at, $now::TIMESTAMP) >= least(30, pow(2, least(r.failures, 10) - 1) - 1))
    GROUP BY s.rowid, s.status, s.age_days, s.ttl_days, s.benefit
)
SELECT s.account_id, s.field, s.status, s.reason, n.sources, n.worth, 0::DOUBLE AS chance, NULL::DOUBLE AS days, false AS urgent,
    hash(s.field, s.status, s.reason, n.sources) AS kind
FROM open_need n JOIN staleness s ON s.rowid = n.cell;

CREATE OR REPLACE TEMP TABLE price (account_id VARCHAR, requests DOUBLE);
