-- What makes a CRM value doubtful, in words: a signal that says so, the page that showed it showing another one now,
-- an officer whose post the company's own page gives to somebody else, a register that says otherwise, a site that
-- speaks of another company.
-- In:  signal, disowned, observed (view), crm_value, field_spec, link. Out: account_id, field, said_at, title; the newest word per field.
-- A page speaks only when it was read again: same record, same address, newer reading, the value no longer on it and
-- another value of the field in its place. A page that failed says nothing, and a page that names no officers says
-- nothing about any; a reading below half the field's bar shows nothing. Of a cell that joins several values each is judged by itself.

WITH told AS (
    -- an old event read today makes nothing doubtful that was changed or confirmed since it happened
    SELECT s.account_id, unnest(s.contradicts) AS field,
        least(s.observed_at, coalesce(s.published_at, s.happened_on::TIMESTAMP, s.observed_at)) AS said_at, s.title
    FROM signal s ANTI JOIN disowned d ON d.signal_id = s.id
    WHERE s.status = 'asserted' AND s.confidence >= 0.6
),
held AS (
    SELECT v.account_id, v.field, v.value AS text,
        unnest(CASE WHEN f.many AND len(f.prefer_kinds) = 0 THEN string_split(v.key, ';') ELSE [v.key] END) AS key
    FROM crm_value v JOIN field_spec f ON f.name = v.field
    WHERE v.key IS NOT NULL
),
standing AS (
    SELECT account_id, source, record_id, arg_max(decision, decided_at) AS decision, max(decided_at) AS decided_at,
           arg_max(reason, decided_at) AS reason, arg_max(record_name, decided_at) AS record_name
    FROM link GROUP BY ALL
),
-- Only where a record showed several values of a field, at several times, one may have given way to another. Hashes keep this
-- first sieve cheap: two groups that share one are looked at for nothing, and no more.
several AS (
    SELECT hash(account_id, field, source, record_id) AS h
    FROM observed
    GROUP BY h
    HAVING min(hash(key)) <> max(hash(key)) AND min(observed_at) < max(observed_at)
),
reread AS MATERIALIZED (
    SELECT account_id, field, source, record_id, key, url, value, confidence, observed_at
    FROM observed
    WHERE hash(account_id, field, source, record_id) IN (SELECT h FROM several)
),
shown AS (
    SELECT o.account_id, o.field, o.key, o.source, o.record_id, o.url, max(o.observed_at) AS last_shown,
           min(o.value) AS value
    FROM reread o
    JOIN held h ON h.account_id = o.account_id AND h.field = o.field AND h.key = o.key
    JOIN field_spec f ON f.name = o.field AND o.confidence >= 0.5 * f.min_confidence
    GROUP BY ALL
),
read_again AS (
    SELECT s.account_id, s.field, s.key, s.source, s.record_id, s.last_shown, min(s.value) AS value,
           max(o.observed_at) AS said_at, arg_max(o.value, (o.observed_at, o.confidence)) AS instead
    FROM shown s
    JOIN reread o
        ON o.account_id = s.account_id AND o.field = s.field AND o.source = s.source AND o.record_id = s.record_id
        AND o.url = s.url AND o.observed_at > s.last_shown
    GROUP BY ALL
),
still_shown AS (
    SELECT account_id, field, key, source, record_id, max(last_shown) AS last_shown FROM shown GROUP BY ALL
),
-- The newest reading of each accepted record that names officers, or a status in a register.
newest AS (
    SELECT o.account_id, o.field, o.source, o.value, o.key, o.observed_at
    FROM observed o
    JOIN standing l ON l.account_id = o.account_id AND l.source = o.source AND l.record_id = o.record_id
        AND l.decision = 'accept'
    WHERE o.field IN ('key_executives', 'registration_status')
    QUALIFY o.observed_at = max(o.observed_at) OVER (PARTITION BY o.account_id, o.field, o.source, o.record_id)
),
-- Posts that one person holds at a time; of vice presidents and partners there are many.
succeeded AS (
    SELECT h.account_id, h.field, max(n.observed_at) AS said_at,
        'the ' || arg_max(n.source, n.observed_at) || ' names ' || arg_max(n.value, n.observed_at)
            || ' and nobody else in that post' AS title
    FROM held h
    JOIN newest n ON n.account_id = h.account_id AND n.field = h.field
        AND split_part(n.key, '|', 2) = split_part(h.key, '|', 2)
    ANTI JOIN newest s ON s.account_id = h.account_id AND s.field = h.field
        AND split_part(s.key, '|', 1) = split_part(h.key, '|', 1)
    WHERE h.field = 'key_executives' AND regexp_full_match(split_part(h.key, '|', 2),
        'c[a-z]{1,3}o|md|president|chair(man|woman|person)?|generalmanager|董事长|总经理|总裁|首席..官')
    GROUP BY h.account_id, h.field, h.key
),
struck AS (
    SELECT h.account_id, h.field, n.observed_at AS said_at, 'the ' || n.source || ' register says ' || n.value AS title
    FROM held h JOIN newest n USING (account_id, field)
    WHERE h.field = 'registration_status' AND n.key <> h.key AND n.key IN ('active', 'closed')
),
strangers AS (
    SELECT account_id, 'website' AS field, decided_at AS said_at,
        'the site there speaks of ' || coalesce(record_name, 'another company') || ' (' || reason || ')' AS title
    FROM standing WHERE source = 'site' AND decision = 'reject'
)
-- Of words of one moment the plainest is told, by rule: what was read is plainer than what a page no longer shows.
SELECT account_id, field, max(said_at) AS said_at, arg_max(title, (said_at, plain, title)) AS title
FROM (
    SELECT account_id, field, said_at, title, 2 AS plain FROM told
    UNION ALL
    SELECT r.account_id, r.field, r.said_at,
           'the ' || r.source || ' showed '
           || CASE WHEN f.many AND len(f.prefer_kinds) = 0 THEN r.value ELSE 'it' END
           || ' until ' || strftime(r.last_shown, '%Y-%m-%d') || ' and now says ' || r.instead, 0
    FROM read_again r
    JOIN still_shown w USING (account_id, field, key, source, record_id)
    JOIN field_spec f ON f.name = r.field
    WHERE w.last_shown < r.said_at
    UNION ALL SELECT *, 1 FROM succeeded
    UNION ALL SELECT *, 1 FROM struck
    UNION ALL SELECT *, 1 FROM strangers
)
GROUP BY account_id, field
