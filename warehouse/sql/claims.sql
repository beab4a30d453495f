-- What sources claim and something else speaks to: people who left what we wrote or took it out, stewards, another source,
-- or what the CRM held already (`crm`, a source like the others: whoever brought it in).
-- In:  observed (view), link, field_spec, crm_value, ours (view), judged (account_id, field, key, good); $now, $one_in.
-- Out: account_id, field, source, keys (of its newest reading; several where a field has kinds, one joined by ';' where it
--      has many values without), confidence, apart (not to be compared with other sources),
--      stood_key (what we wrote a week ago or longer and nobody touched), corrected_key (what a person took out of it),
--      good_keys, bad_keys (what stewards accepted and turned down).
-- What people type by themselves is no check of a source: they type where they know better. So of the CRM only counts what
-- imports and other machines left there, and never what we wrote. A write is judged after a week,
-- whichever way it went. Fields with many values are not compared: a value missing there contradicts nothing; of those
-- without kinds only what people spoke of is told. Of very many accounts one in `one_in` is asked.

WITH accepted AS (
    SELECT account_id, source, record_id
    FROM link
    WHERE hash(account_id) % $one_in = 0
    GROUP BY ALL HAVING arg_max(decision, decided_at) = 'accept'
),
named AS (
    SELECT account_id, field FROM ours UNION SELECT account_id, field FROM judged
),
told AS (
    SELECT o.account_id, o.field, o.source, o.record_id, o.key, max(o.confidence) AS confidence,
           o.observed_at, len(f.prefer_kinds) > 0 AS kinded, f.many AND len(f.prefer_kinds) = 0 AS joined
    FROM observed o
    JOIN accepted a USING (account_id, source, record_id)
    JOIN field_spec f ON f.name = o.field
    LEFT JOIN named n ON n.account_id = o.account_id AND n.field = o.field
    WHERE (NOT f.many OR len(f.prefer_kinds) > 0 OR n.field IS NOT NULL)
      AND NOT coalesce(list_contains(f.wrong_kinds, o.kind), false)
      AND NOT coalesce(list_contains(f.never_kinds, o.kind), false)
    GROUP BY o.account_id, o.field, o.source, o.record_id, o.key, o.observed_at, f.prefer_kinds, f.many
    QUALIFY o.observed_at = max(o.observed_at) OVER (PARTITION BY o.account_id, o.field, o.source, o.record_id)
),
claim AS (
    SELECT account_id, field, source, any_value(kinded OR joined) AS apart,
           -- the filters spare millions of plain values the sorting
           CASE WHEN any_value(kinded) THEN list(DISTINCT key ORDER BY key) FILTER (kinded)
               WHEN any_value(joined) THEN [string_agg(DISTINCT key, ';' ORDER BY key) FILTER (joined)]
               ELSE [arg_max(key, (confidence, key)) FILTER (NOT kinded AND NOT joined)] END AS keys,
           max(confidence) AS confidence
    FROM told GROUP BY ALL
    UNION ALL
    SELECT v.account_id, v.field, 'crm', false, [v.key], 0.7
    FROM crm_value v
    JOIN field_spec f ON f.name = v.field AND NOT f.many AND f.category <> 'intelligence'
    ANTI JOIN ours o ON o.account_id = v.account_id AND o.field = v.field AND v.key IN (o.ours_key, o.meant_key)
    WHERE v.key IS NOT NULL AND v.problem IS NULL AND v.actor = 'machine' AND hash(v.account_id) % $one_in = 0
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
LEFT JOIN spoken s ON s.account_id = c.account_id AND s.field = c.field AND c.source <> 'crm'
LEFT JOIN ruled r ON r.account_id = c.account_id AND r.field = c.field
QUALIFY s.stood_key IS NOT NULL OR s.corrected_key IS NOT NULL OR r.good_keys IS NOT NULL OR r.bad_keys IS NOT NULL
     OR (NOT c.apart AND count(*) OVER (PARTITION BY c.account_id, c.field) > 1)
ORDER BY account_id, field, source
