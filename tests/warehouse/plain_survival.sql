-- Survivorship in one plain query, as a reference: what the statements of warehouse/sql/survive.sql must come to.
-- In:  observed (view), link, field_spec, authority, reliability, source_call; touched (account_id).
-- Out: one row per account and field of the touched accounts, shaped like the table golden without its last three columns.

WITH accepted AS (
    SELECT account_id, source, record_id, arg_max(decision, decided_at) AS decision,
           arg_max(probability, decided_at) AS probability
    FROM link SEMI JOIN touched USING (account_id)
    GROUP BY ALL
    HAVING arg_max(decision, decided_at) = 'accept'
    UNION ALL
    SELECT account_id, 'intelligence', account_id, 'accept', 1.0 FROM touched
),
seen AS (
    SELECT
        o.account_id, o.field, o.source, o.record_id, o.key,
        arg_max(o.value, o.observed_at) AS value,
        arg_max(o.kind, (list_position(f.prefer_kinds, o.kind) IS NOT NULL, o.confidence)) AS kind,
        arg_max(o.display, o.observed_at) AS display,
        arg_max(o.id, (o.observed_at, o.confidence)) AS observation_id,
        max(o.observed_at) AS observed_at,
        arg_max(o.url, o.observed_at) AS url,
        arg_max(o.confidence, (o.observed_at, o.confidence)) AS confidence,
        bool_or(list_contains(f.wrong_kinds, o.kind)) AS wrong,
        bool_and(coalesce(list_contains(f.never_kinds, o.kind), false)) AS never,
        min(list_position(f.prefer_kinds, o.kind)) AS kind_rank,
        any_value(a.probability) AS link_probability
    FROM observed o
    SEMI JOIN touched USING (account_id)
    JOIN field_spec f ON f.name = o.field
    JOIN accepted a ON a.account_id = o.account_id AND a.source = o.source AND a.record_id = o.record_id
    GROUP BY ALL
),
looked AS (
    SELECT DISTINCT account_id, source, noted_at, regexp_replace(lower(page), '^https?://(www\.)?|/+$', '', 'g') AS page
    FROM source_call SEMI JOIN touched USING (account_id), unnest(pages) AS p(page)
    WHERE outcome IN ('rows', 'zero_rows')
),
missed AS (
    SELECT s.account_id, s.source, s.record_id, s.key, count(*) AS looks
    FROM seen s
    JOIN looked l ON l.account_id = s.account_id AND l.source = s.source AND l.noted_at > s.observed_at
        AND l.page = regexp_replace(lower(s.url), '^https?://(www\.)?|/+$', '', 'g')
    WHERE s.field = 'technologies'
    GROUP BY ALL
),
voiced AS (
    SELECT s.* EXCLUDE (url) REPLACE (CASE WHEN r.shift IS NULL THEN s.confidence ELSE
            least(1 / (1 + exp(-r.shift) * (1 - least(s.confidence, 0.995)) / greatest(s.confidence, 0.005)),
                CASE WHEN s.confidence >= 1 / (1 + exp(coalesce(r.sure, r.shift)) * (1 - f.min_confidence) / f.min_confidence)
                    THEN 1 ELSE greatest(s.confidence, f.min_confidence - 0.01) END) END AS confidence),
        f.ttl_days, f.many, f.min_confidence, len(f.prefer_kinds) > 0 AS kinded,
        CASE WHEN s.field = 'technologies' THEN coalesce(m.looks, 0) >= 2
            ELSE s.observed_at < max(s.observed_at) OVER (PARTITION BY s.account_id, s.field, s.source, s.record_id)
        END AS superseded,
        coalesce(w.weight, 0.3) AS authority,
        pow(0.5, date_diff('day', s.observed_at, max(s.observed_at) OVER (PARTITION BY s.account_id, s.field)) / f.ttl_days::DOUBLE) AS recency
    FROM seen s
    JOIN field_spec f ON f.name = s.field
    LEFT JOIN authority w ON w.field = s.field AND w.source = s.source
    LEFT JOIN reliability r ON r.field = s.field AND r.source = s.source
    LEFT JOIN missed m ON s.field = 'technologies' AND m.account_id = s.account_id AND m.source = s.source
        AND m.record_id = s.record_id AND m.key = s.key
),
valued AS (
    SELECT
        account_id, field, key, any_value(many) AS many, any_value(kinded) AS kinded,
        any_value(min_confidence) AS min_confidence,
        arg_max(value, authority * confidence) AS value,
        arg_max(kind, (coalesce(-kind_rank, -99), authority * confidence)) AS kind,
        arg_max(display, authority * confidence) AS display,
        list(DISTINCT source ORDER BY source) AS sources,
        list(observation_id ORDER BY observation_id) AS observation_ids,
        max(observed_at) AS observed_at,
        coalesce(bool_or(wrong), false) AS wrong, coalesce(bool_and(never), false) AS never,
        coalesce(min(kind_rank), 50) AS kind_rank, bool_and(superseded) AS superseded,
        1 - product(1 - confidence * link_probability) AS confidence,
        1 - product(1 - least(0.999, authority * recency * confidence * link_probability
            * CASE WHEN superseded THEN 0.15 ELSE 1 END)) AS score
    FROM voiced
    GROUP BY account_id, field, key
),
ranked AS (
    SELECT *,
        row_number() OVER (
            PARTITION BY account_id, field
            ORDER BY wrong, never, superseded, confidence >= min_confidence DESC,
                     CASE WHEN kinded THEN kind_rank ELSE 0 END, score DESC, observed_at DESC, key
        ) AS place,
        many AND NOT kinded AS joined
    FROM valued
)
SELECT
    account_id, field,
    CASE WHEN any_value(joined)
        THEN string_agg(value, '; ' ORDER BY place) FILTER (NOT superseded) ELSE arg_min(value, place) END AS value,
    CASE WHEN any_value(joined)
        THEN string_agg(key, ';' ORDER BY key) FILTER (NOT superseded) ELSE arg_min(key, place) END AS key,
    arg_min({'kind': kind}, place).kind AS kind,
    CASE WHEN any_value(joined) THEN NULL ELSE arg_min(display, place) END AS display,
    arg_min(confidence, place) AS confidence,
    arg_min(score, place) AS score,
    arg_min(sources, place) AS sources,
    CASE WHEN any_value(joined)
        THEN flatten(list(observation_ids ORDER BY place)) ELSE arg_min(observation_ids, place) END AS observation_ids,
    arg_min(observed_at, place) AS observed_at,
    coalesce(list(key ORDER BY place) FILTER (NOT wrong AND NOT superseded
        AND (place = 1 OR many OR confidence >= 0.5 * min_confidence)), []) AS confirming_keys,
    to_json(coalesce(list({
        'value': value, 'key': key, 'kind': kind, 'sources': sources, 'score': round(score, 4),
        'reason': CASE
            WHEN wrong OR never THEN 'a ' || kind || ' is not written'
            WHEN superseded THEN 'a newer reading of the same record no longer shows it'
            ELSE 'scored lower, or is of a kind less wanted'
        END
    } ORDER BY place) FILTER (place > 1 AND NOT (joined AND NOT superseded)), [])) AS losers
FROM ranked
GROUP BY account_id, field
HAVING bool_or(NOT wrong AND NOT never)
