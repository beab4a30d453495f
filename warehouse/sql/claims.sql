-- What sources claim and something else speaks to: people who left what we wrote or took it out, stewards, another source.
-- In:  observed (view), link, field_spec, crm_value, ours (view), judged (account_id, field, key, good); $now, $one_in.
-- Out: account_id, field, source, keys (of its newest reading; several where a field has kinds), confidence, kinded,
--      stood_key (what we wrote a week ago or longer and nobody touched), corrected_key (what a person took out of it),
--      good_keys, bad_keys (what stewards accepted and turned down).
-- What people type by themselves is no check of a source: they type where they know better. A write is judged after a week,
-- whichever way it went. Fields with many values and no kinds are left out: a value missing there contradicts nothing. Of very
-- many accounts one in `one_in` is asked.

WITH accepted AS (
    SELECT account_id, source, record_id
    FROM link
    WHERE hash(account_id) % $one_in = 0
    GROUP BY ALL HAVING arg_max(decision, decided_at) = 'accept'
),
told AS (
    SELECT o.account_id, o.field, o.source, o.record_id, o.key, max(o.confidence) AS confidence,
           o.observed_at, len(f.prefer_kinds) > 0 AS kinded
    FROM observed o
    JOIN accepted a USING (account_id, source, record_id)
    JOIN field_spec f ON f.name = o.field
    WHERE (NOT f.many OR len(f.prefer_kinds) > 0)
      AND NOT coalesce(list_contains(f.wrong_kinds, o.kind), false)
      AND NOT coalesce(list_contains(f.never_kinds, o.kind), false)
    GROUP BY o.account_id, o.field, o.source, o.record_id, o.key, o.observed_at, f.prefer_kinds
    QUALIFY o.observed_at = max(o.observed_at) OVER (PARTITION BY o.account_id, o.field, o.source, o.record_id)
),
claim AS (
    SELECT account_id, field, source, any_value(kinded) AS kinded,
           CASE WHEN any_value(kinded) THEN list(DISTINCT key ORDER BY key) ELSE [arg_max(key, confidence)] END AS keys,
           max(confidence) AS confidence
    FROM told GROUP BY ALL
),
spoken AS (
    SELECT v.account_id, v.field,
        CASE WHEN v.key IN (o.ours_key, o.meant_key) THEN o.meant_key END AS stood_key,
        CASE WHEN v.actor = 'person' AND v.changed_at > o.ours_at AND coalesce(v.key NOT IN (o.ours_key, o.meant_key), true)
            THEN o.meant_key END AS corrected_key
    FROM crm_value v
    JOIN ours o ON o.account_id = v.account_id AND o.field = v.field
    WHERE o.ours_at <= $now::TIMESTAMP - INTERVAL 7 DAY
),
ruled AS (
    SELECT account_id, field, list(DISTINCT key) FILTER (good) AS good_keys, list(DISTINCT key) FILTER (NOT good) AS bad_keys
    FROM judged GROUP BY ALL
)
SELECT c.*, s.stood_key, s.corrected_key, r.good_keys, r.bad_keys
FROM claim c
LEFT JOIN spoken s USING (account_id, field)
LEFT JOIN ruled r USING (account_id, field)
QUALIFY s.stood_key IS NOT NULL OR s.corrected_key IS NOT NULL OR r.good_keys IS NOT NULL OR r.bad_keys IS NOT NULL
     OR (NOT c.kinded AND count(*) OVER (PARTITION BY c.account_id, c.field) > 1)
ORDER BY account_id, field, source
