-- What wants looking at, by how much undetected change a look removes per request; `work_list_items.sql` makes the list of it.
-- In:  staleness, source_call, golden, provides (source, field, every_days, bit), segment (account_id, segment), change_rate,
--      pace (account_id, source, pace); $now.
-- Out: need, a row per field that is due: account_id, field, status, reason, sources that are due (their bits), worth, chance (that it
--      has changed), days (since the last look), urgent, kind (equal where all that a list tells of a field is);
--      price: account_id, requests (what a look is likely to take).
-- New accounts, what was contradicted since a source that is due was last asked, and fields asked for come first, by the
-- weight of what is wrong with them. What failed is asked again at once, then after 1, 3, 7, 15 and at most 30 days, and counts
-- half as much each time. For all others a look is worth weight × rate × (days² / 2, and 60 × 8 once a week is about to be
-- missed). Where a change that waits a nights costs c(a), looking after d is worth rate × (d × c(d) − the sum of c up to d): here
-- each night costs one, and more than seven nights cost sixty besides, which looks eight nights apart just avoid. So what
-- changes often is seen within the week as far as the budget goes, and nothing is given up: what waits gains by the square
-- of the days, while a worth that stops growing once a page has changed for certain would abandon the fastest (Cho
-- and Garcia-Molina, TODS 2003, on age and freshness). A field that a source did not show when it last answered counts by
-- the rate at which such fields appear. What is contradicted though it was looked at since counts like everything else:
-- another look puts nothing right, and such accounts would take the budget from all others.

CREATE OR REPLACE TEMP TABLE history AS
WITH called AS (
    SELECT account_id, source, max(noted_at) AS called_at, greatest(0.2, avg(requests)) AS requests,
           max(noted_at) FILTER (outcome <> 'failed') AS answered_at
    FROM source_call GROUP BY ALL
)
SELECT h.*, count(c.noted_at) AS failures
FROM called h
LEFT JOIN source_call c ON c.account_id = h.account_id AND c.source = h.source AND c.outcome = 'failed'
    AND (h.answered_at IS NULL OR c.noted_at > h.answered_at)
GROUP BY ALL;

CREATE OR REPLACE TEMP TABLE need AS
WITH looked AS (
    -- a source that others left nothing to do for was not asked, and yet the account was looked at
    SELECT account_id, max(called_at) AS called_at, max(answered_at) AS answered_at FROM history GROUP BY ALL
),
shown AS (
    SELECT account_id, field, unnest(sources) AS source, observed_at FROM golden WHERE valid_to IS NULL
),
open_need AS (
    SELECT s.rowid AS cell, s.account_id, s.field, s.benefit, s.said_at, s.ttl_days, f.weight, p.source, p.bit,
        coalesce(r.called_at, l.called_at) AS called_at, l.answered_at AS looked_at,
        CASE WHEN r.account_id IS NULL THEN l.answered_at ELSE r.answered_at END AS answered_at,
        coalesce(r.failures, 0) AS failures,
        l.called_at IS NULL OR s.status = 'asked'
            OR (r.failures = 0 AND coalesce(r.answered_at < s.said_at, false)
                AND date_diff('day', r.answered_at, $now::TIMESTAMP) >= p.every_days) AS urgent
    FROM staleness s
    JOIN field_spec f ON f.name = s.field
    JOIN provides p ON p.field = s.field
    LEFT JOIN looked l ON l.account_id = s.account_id
    LEFT JOIN history r ON r.account_id = s.account_id AND r.source = p.source
    WHERE r.called_at IS NULL OR s.status = 'asked'
       OR (r.failures = 0 AND (r.answered_at < s.said_at OR date_diff('day', r.answered_at, $now::TIMESTAMP) >= p.every_days))
       OR (r.failures > 0 AND date_diff('day', r.called_at, $now::TIMESTAMP) >= least(30, pow(2, least(r.failures, 10) - 1) - 1))
),
due AS (
    SELECT n.*,
        -- a source that shows nothing there is not waited for longer than the account: others may leave it nothing to do
        greatest(0, coalesce(date_diff('second', coalesce(CASE WHEN w.field IS NULL THEN n.looked_at END, n.answered_at, n.called_at),
            $now::TIMESTAMP), 0)) / 86400.0 AS days,
        coalesce(c.rate, e.rate, 1.0 / n.ttl_days) * coalesce(h.pace, 1) AS rate
    FROM open_need n
    JOIN segment g ON g.account_id = n.account_id
    LEFT JOIN shown w ON w.account_id = n.account_id AND w.field = n.field AND w.source = n.source
        AND w.observed_at >= n.answered_at - INTERVAL 12 HOUR
    LEFT JOIN change_rate c ON c.segment = g.segment AND c.source = n.source AND c.field = n.field
        AND c.blank = (n.answered_at IS NOT NULL AND w.field IS NULL)
    LEFT JOIN change_rate e ON e.segment = '*' AND e.source = n.source AND e.field = n.field
        AND e.blank = (n.answered_at IS NOT NULL AND w.field IS NULL)
    LEFT JOIN pace h ON h.account_id = n.account_id AND h.source = n.source
),
judged AS (
    SELECT *,
        pow(0.5, failures) * CASE WHEN urgent THEN greatest(benefit, 0.01)
            ELSE weight * rate * (days * days / 2 + CASE WHEN days > 7.5 THEN 60 * 8 ELSE 0 END) END AS worth,
        CASE WHEN urgent THEN 0 ELSE pow(0.5, failures) * (1 - exp(-rate * days)) END AS chance
    FROM due
),
weighed AS (
    -- cells and sets of sources are numbers here, and texts are fetched for what came out: on a first night there are millions
    SELECT cell, bit_or(bit) AS sources, bool_or(urgent) AS urgent, max(worth) AS worth, max(chance) AS chance,
        min(CASE WHEN called_at IS NOT NULL THEN days END) AS days
    FROM judged GROUP BY cell
)
SELECT s.account_id, s.field, s.status, s.reason, n.sources, n.worth, n.chance, n.days, n.urgent,
    hash(s.field, s.status, s.reason, n.sources, round(n.chance, 4)) AS kind
FROM weighed n JOIN staleness s ON s.rowid = n.cell;

CREATE OR REPLACE TEMP TABLE price AS
SELECT n.account_id, sum(coalesce(r.requests, CASE WHEN l.account_id IS NULL THEN 3 ELSE 0.2 END)) AS requests
FROM (SELECT account_id, bit_or(sources) AS sources FROM need GROUP BY account_id) n
JOIN (SELECT DISTINCT source, bit FROM provides) p ON (n.sources & p.bit) <> 0
LEFT JOIN (SELECT DISTINCT account_id FROM history) l ON l.account_id = n.account_id
LEFT JOIN history r ON r.account_id = n.account_id AND r.source = p.source
GROUP BY n.account_id;
DROP TABLE history;
