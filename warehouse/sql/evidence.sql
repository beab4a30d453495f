-- What each account's golden record rests on, as one number: another number, other evidence.
-- In:  asked (account_id); observation, link, reading, source_call, weighed; $whole (as if none had ever been weighed).
-- Out: evidence: account_id, told (how many observations), print, weighed_print (what it was when last weighed),
--      looked_at (the newest look of a source that sees technologies).
-- Observations are counted, with the sum of their times: they are only ever appended, or dropped when said twice or erased. The
-- clock is no part of it: no value gives way merely because time passes.

CREATE OR REPLACE TEMP TABLE evidence AS
WITH observed_in AS (
    SELECT account_id, count(*) AS told, sum(epoch_us(observed_at)) AS times
    FROM observation SEMI JOIN asked USING (account_id)
    GROUP BY account_id
),
standing AS (
    SELECT account_id, source, record_id, arg_max(decision, (decided_at, decision, probability)) AS decision,
           arg_max(probability, (decided_at, decision, probability)) AS probability
    FROM link SEMI JOIN asked USING (account_id)
    GROUP BY account_id, source, record_id
),
linked AS (
    SELECT account_id, bit_xor(hash(source, record_id, probability)) AS links FROM standing WHERE decision = 'accept' GROUP BY account_id
),
found_again AS (
    SELECT account_id, bit_xor(hash(run_id, source, record_id, seen_at)) AS sights
    FROM reading SEMI JOIN asked USING (account_id)
    WHERE seen_at > read_at
    GROUP BY account_id
),
looked AS (
    SELECT account_id, max(noted_at) AS looked_at
    FROM source_call SEMI JOIN asked USING (account_id)
    WHERE outcome IN ('rows', 'zero_rows') AND len(pages) > 0
      AND source IN (SELECT DISTINCT source FROM observation WHERE field = 'technologies')
    GROUP BY account_id
)
SELECT a.account_id, coalesce(o.told, 0) AS told, hash(o.told, o.times, l.links, r.sights, c.looked_at) AS print,
    CASE WHEN NOT $whole THEN k.print END AS weighed_print, c.looked_at
FROM asked a
LEFT JOIN observed_in o USING (account_id)
LEFT JOIN linked l USING (account_id)
LEFT JOIN found_again r USING (account_id)
LEFT JOIN looked c USING (account_id)
LEFT JOIN weighed k USING (account_id);
