-- What sources claim and something else speaks to: a person, a steward, or another source.
-- In:  observation, link, field_spec, crm_value, ours (view), judged (account_id, field, key, good); $now, $one_in.
-- Out: account_id, field, source, keys (of its newest reading; several where a field has kinds), confidence, kinded,
--      person_key (what a person typed lately; not where a field has kinds: theirs may be another line), corrected_key (what a person took out again after we wrote it),
--      good_keys, bad_keys (what stewards accepted and turned down).
-- Fields with many values and no kinds are left out: a value missing there contradicts nothing. Of very many accounts one
-- in `one_in` is asked.

WITH accepted AS (
    SELECT account_id, source, record_id
    FROM link
    WHERE hash(account_id) % $one_in = 0
    GROUP BY ALL HAVING arg_max(decision, decided_at) = 'accept'
),
reading AS (
    SELECT o.account_id, o.field, o.source, o.record_id, o.key, max(o.confidence) AS confidence,
           o.observed_at, len(f.prefer_kinds) > 0 AS kinded
    FROM observation o
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
    FROM reading GROUP BY ALL
),
spoken AS (
    SELECT v.account_id, v.field,
        CASE WHEN v.actor = 'person' AND v.changed_at >= $now::TIMESTAMP - INTERVAL 180 DAY THEN v.key END AS person_key,
        CASE WHEN v.actor = 'person' AND v.changed_at > o.ours_at AND v.key IS DISTINCT FROM o.ours_key THEN o.meant_key END AS corrected_key
    FROM crm_value v
    LEFT JOIN ours o ON o.account_id = v.account_id AND o.field = v.field
),
ruled AS (
    SELECT account_id, field, list(DISTINCT key) FILTER (good) AS good_keys, list(DISTINCT key) FILTER (NOT good) AS bad_keys
    FROM judged GROUP BY ALL
)
SELECT c.*, CASE WHEN NOT c.kinded THEN s.person_key END AS person_key, s.corrected_key, r.good_keys, r.bad_keys
FROM claim c
LEFT JOIN spoken s USING (account_id, field)
LEFT JOIN ruled r USING (account_id, field)
QUALIFY (NOT c.kinded AND s.person_key IS NOT NULL) OR s.corrected_key IS NOT NULL OR r.good_keys IS NOT NULL OR r.bad_keys IS NOT NULL
     OR (NOT c.kinded AND count(*) OVER (PARTITION BY c.account_id, c.field) > 1)
ORDER BY account_id, field, source
