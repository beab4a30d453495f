-- What makes a CRM value doubtful: a signal that says so, or the page that showed it showing another one now.
-- In:  signal, observation, crm_value, link. Out: account_id, field, said_at, title; the newest word per field.
-- A page speaks only when it was read again: same record, same address, newer reading, the value no longer on it and
-- another value of the field in its place. A page that failed says nothing.

WITH told AS (
    SELECT account_id, unnest(contradicts) AS field, observed_at AS said_at, title
    FROM signal WHERE status = 'asserted'
),
shown AS (
    SELECT o.account_id, o.field, o.source, o.record_id, o.url, max(o.observed_at) AS last_shown
    FROM observation o
    JOIN crm_value v ON v.account_id = o.account_id AND v.field = o.field AND v.key = o.key
    GROUP BY ALL
),
read_again AS (
    SELECT s.account_id, s.field, s.source, s.record_id, s.last_shown, max(o.observed_at) AS said_at,
           arg_max(o.value, (o.observed_at, o.confidence)) AS instead
    FROM shown s
    JOIN observation o
        ON o.account_id = s.account_id AND o.field = s.field AND o.source = s.source AND o.record_id = s.record_id
        AND o.url = s.url AND o.observed_at > s.last_shown
    GROUP BY ALL
),
still_shown AS (
    SELECT account_id, field, source, record_id, max(last_shown) AS last_shown FROM shown GROUP BY ALL
)
SELECT account_id, field, max(said_at) AS said_at, arg_max(title, said_at) AS title
FROM (
    FROM told
    UNION ALL
    SELECT r.account_id, r.field, r.said_at,
           'the ' || r.source || ' showed it until ' || strftime(r.last_shown, '%Y-%m-%d') || ' and now says ' || r.instead
    FROM read_again r
    JOIN still_shown w USING (account_id, field, source, record_id)
    WHERE w.last_shown < r.said_at
)
GROUP BY account_id, field
