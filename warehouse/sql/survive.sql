-- Survivorship: the golden value per account and field from authority × recency × agreement × confidence.
-- In:  touched (account_id), weighing (field); observation, reading, link, field_spec, authority, reliability, source_call.
-- Out: survivor: one row per account and field of the touched accounts and the fields weighed, shaped like the table golden
--      without its last three columns. Only observations of accepted links count; our own
--      judgement of an account (`intelligence`) is about it by definition. An older value of the same record that a newer reading
--      no longer shows is superseded (score × 0.15); of technologies, one that two looks at its page no longer show,
--      as in technologies_seen.sql. A value is as sure as its newest reading. Agreement is noisy-or over sources; pages of
--      one source are one voice. A loser below half the field's bar confirms nothing. A kind named first in
--      `prefer_kinds` wins among values that reach the field's bar. Fields with many values and no kinds keep them all,
--      joined by '; '. Recency counts back from the newest reading of the cell, so that no value gives way merely because
--      time passes. Of readings that are equal in all that counts, the one written first speaks.
-- How: millions of rows are weighed as numbers alone (cell = account and field, rec = record, k = hash of the value's key; keys meet
--      only within one cell). Texts are fetched, by rowid, for what came out. tests/warehouse/plain_survival.sql says the same in one query.

-- Greatest first by two measures, then the row written first, as one number: `first` below 2^51, `share` 0–1, `place` (a row of `told`) less than 2^40
-- from its first.
CREATE OR REPLACE TEMP MACRO pack(first, share, place) AS
    (first::HUGEINT << 71) + (round(share * 1e9)::HUGEINT << 40) + (1099511627775 - (place - getvariable('first_row')));
CREATE OR REPLACE TEMP MACRO packed_first(p) AS (p >> 71)::BIGINT;
CREATE OR REPLACE TEMP MACRO packed_share(p) AS ((p >> 40) & 2147483647)::BIGINT / 1e9;
CREATE OR REPLACE TEMP MACRO packed_row(p) AS getvariable('first_row') + 1099511627775 - (p & 1099511627775)::BIGINT;

CREATE OR REPLACE TEMP TABLE spec AS
SELECT row_number() OVER (ORDER BY name)::UBIGINT AS f, name, ttl_days, min_confidence, many, prefer_kinds, never_kinds, wrong_kinds,
       len(prefer_kinds) > 0 AS kinded, many AND len(prefer_kinds) = 0 AS joined
FROM field_spec SEMI JOIN weighing ON field = name;

CREATE OR REPLACE TEMP TABLE kind_rule AS
SELECT f, kind, min(rank)::UTINYINT AS rank, bool_or(wrong) AS wrong, bool_or(never) AS never
FROM (
    SELECT f, unnest(prefer_kinds) AS kind, generate_subscripts(prefer_kinds, 1) AS rank, false AS wrong, false AS never FROM spec
    UNION ALL SELECT f, unnest(wrong_kinds), NULL, true, false FROM spec
    UNION ALL SELECT f, unnest(never_kinds), NULL, false, true FROM spec
)
GROUP BY f, kind;

CREATE OR REPLACE TEMP TABLE account AS SELECT row_number() OVER ()::UBIGINT AS n, account_id FROM touched;

CREATE OR REPLACE TEMP TABLE accepted AS
SELECT account_id, source, record_id, arg_max(probability, (decided_at, decision, probability)) AS probability
FROM link SEMI JOIN touched USING (account_id)
GROUP BY account_id, source, record_id
HAVING arg_max(decision, (decided_at, decision, probability)) = 'accept'
UNION ALL
SELECT account_id, 'intelligence', account_id, 1.0 FROM touched;

CREATE OR REPLACE TEMP TABLE teller AS
SELECT (row_number() OVER (ORDER BY source) - 1)::UTINYINT AS s, source FROM (SELECT DISTINCT source FROM accepted);

CREATE OR REPLACE TEMP TABLE record AS
SELECT row_number() OVER ()::UINTEGER AS rec, a.n, t.s, account_id, source, record_id, probability
FROM accepted JOIN account a USING (account_id) JOIN teller t USING (source);

CREATE OR REPLACE TEMP TABLE trust AS
SELECT f * 256 + s AS fs, coalesce(w.weight, 0.3) AS authority, r.shift, ttl_days, spec.name = 'technologies' AS by_looks,
    -- a claim is lifted over the field's bar only from where the shift that is sure does it
    spec.min_confidence AS bar, 1 / (1 + exp(coalesce(r.sure, r.shift)) * (1 - spec.min_confidence) / spec.min_confidence) AS lifted_from
FROM spec CROSS JOIN teller
LEFT JOIN authority w ON w.field = spec.name AND w.source = teller.source
LEFT JOIN reliability r ON r.field = spec.name AND r.source = teller.source;

-- Readings found unchanged later were made then, too (as in observed.sql).
CREATE OR REPLACE TEMP TABLE again AS
SELECT rec, run_id, max(seen_at) AS seen_at
FROM reading JOIN record USING (account_id, source, record_id)
WHERE seen_at > read_at
GROUP BY rec, run_id;

CREATE OR REPLACE TEMP TABLE told AS
SELECT (r.n << 12) | f.f AS cell, r.rec, hash(o.key) AS k, epoch_us(greatest(o.observed_at, y.seen_at)) AS at_us,
       coalesce(o.confidence, 0) AS confidence, m.rank, coalesce(m.wrong, false) AS wrong, coalesce(m.never, false) AS never,
       o.id, o.key, o.value, o.display, o.kind, CASE WHEN o.field = 'technologies' THEN o.url END AS url
FROM observation o
JOIN record r ON r.account_id = o.account_id AND r.source = o.source AND r.record_id = o.record_id
JOIN spec f ON f.name = o.field
LEFT JOIN again y ON y.rec = r.rec AND y.run_id = o.run_id
LEFT JOIN kind_rule m ON m.f = f.f AND m.kind = o.kind;
SET VARIABLE first_row = (SELECT min(rowid) FROM told);

-- What each record says: one row per value it ever told, as its newest reading told it.
CREATE OR REPLACE TEMP TABLE seen AS
WITH newest AS (
    SELECT cell, rec, k, max(pack(at_us, confidence, rowid)) AS p, min(rank) AS rank, bool_or(wrong) AS wrong, bool_and(never) AS never,
           max(CASE WHEN kind IS NOT NULL THEN pack((rank IS NOT NULL)::INTEGER, confidence, rowid) END) AS kind
    FROM told
    GROUP BY cell, rec, k
)
SELECT cell, rec, k, packed_first(p) AS at_us, packed_share(p) AS confidence, packed_row(p) AS row, rank, wrong, never,
       packed_row(kind) AS kind_row
FROM newest;

CREATE OR REPLACE TEMP TABLE missed AS
WITH looked AS (
    SELECT DISTINCT account_id, source, epoch_us(noted_at) AS at_us, regexp_replace(lower(page), '^https?://(www\.)?|/+$', '', 'g') AS page
    FROM source_call SEMI JOIN touched USING (account_id), unnest(pages) AS p(page)
    WHERE outcome IN ('rows', 'zero_rows')
)
SELECT s.rec, s.k
FROM seen s
JOIN told o ON o.rowid = s.row AND o.url IS NOT NULL
JOIN record r ON r.rec = s.rec
JOIN looked l ON l.account_id = r.account_id AND l.source = r.source AND l.at_us > s.at_us
    AND l.page = regexp_replace(lower(o.url), '^https?://(www\.)?|/+$', '', 'g')
GROUP BY s.rec, s.k
HAVING count(*) >= 2;

-- Only where a record told several values one may be superseded, and only where several voices speak one may be older than another.
CREATE OR REPLACE TEMP TABLE latest AS SELECT cell, rec, max(at_us) AS at_us FROM seen GROUP BY cell, rec HAVING count(*) > 1;
CREATE OR REPLACE TEMP TABLE newest AS SELECT cell, max(at_us) AS at_us FROM seen GROUP BY cell HAVING count(*) > 1;

-- One voice per record and value.
CREATE OR REPLACE TEMP TABLE voice AS
WITH trusted AS (
    SELECT s.* REPLACE (CASE WHEN t.shift IS NULL THEN s.confidence ELSE
            least(1 / (1 + exp(-t.shift) * (1 - least(s.confidence, 0.995)) / greatest(s.confidence, 0.005)),
                CASE WHEN s.confidence >= t.lifted_from THEN 1 ELSE greatest(s.confidence, t.bar - 0.01) END) END AS confidence),
        r.s, r.probability, t.authority,
        CASE WHEN t.by_looks THEN m.k IS NOT NULL ELSE coalesce(s.at_us < l.at_us, false) END AS superseded,
        coalesce(pow(0.5, (n.at_us // 86400000000 - s.at_us // 86400000000) / t.ttl_days::DOUBLE), 1) AS recency
    FROM seen s
    JOIN record r ON r.rec = s.rec
    JOIN trust t ON t.fs = (s.cell & 4095) * 256 + r.s
    LEFT JOIN latest l ON l.cell = s.cell AND l.rec = s.rec
    LEFT JOIN newest n ON n.cell = s.cell
    LEFT JOIN missed m ON m.rec = s.rec AND m.k = s.k
)
SELECT cell, k, row, s, at_us, rank, wrong, never, superseded, kind_row, authority * confidence AS weight,
       confidence * probability AS sure,
       least(0.999, authority * recency * confidence * probability * CASE WHEN superseded THEN 0.15 ELSE 1 END) AS voice
FROM trusted;
DROP TABLE seen; DROP TABLE latest; DROP TABLE newest; DROP TABLE missed; DROP TABLE record; DROP TABLE accepted;

-- Voices for one value agree.
CREATE OR REPLACE TEMP TABLE valued AS
SELECT cell, k, packed_row(max(pack(0, weight, row))) AS row, bit_or(1::HUGEINT << s) AS tellers, count(*) AS voices, max(at_us) AS at_us,
       bool_or(wrong) AS wrong, bool_and(never) AS never, coalesce(min(rank), 50) AS rank, bool_and(superseded) AS superseded,
       packed_row(max(CASE WHEN kind_row IS NOT NULL THEN pack(255 - coalesce(rank, 99), weight, kind_row) END)) AS kind_row,
       1 - product(1 - sure) AS confidence, 1 - product(1 - voice) AS score
FROM voice
GROUP BY cell, k;

-- All sources that agree, by the set of their numbers.
CREATE OR REPLACE TEMP TABLE named AS
SELECT m.tellers, list(t.source ORDER BY t.source) AS sources
FROM (SELECT DISTINCT tellers FROM valued) m
JOIN teller t ON (m.tellers >> t.s) & 1 = 1
GROUP BY m.tellers;

-- Places are settled only where several values meet.
CREATE OR REPLACE TEMP TABLE contested AS SELECT cell FROM valued GROUP BY cell HAVING count(*) > 1;
CREATE OR REPLACE TEMP TABLE kind AS SELECT rowid AS row, kind FROM told WHERE kind IS NOT NULL;
CREATE OR REPLACE TEMP TABLE placed AS
SELECT v.cell, v.k, v.voices, v.wrong, v.never, v.superseded, v.score, v.tellers, o.id, o.key, o.value, kind.kind, f.joined,
    row_number() OVER (
        PARTITION BY v.cell
        ORDER BY v.wrong, v.never, v.superseded, v.confidence >= f.min_confidence DESC,
                 CASE WHEN f.kinded THEN v.rank ELSE 0 END, v.score DESC, v.at_us DESC, o.key
    ) AS place,
    NOT v.wrong AND NOT v.superseded AND (place = 1 OR f.many OR v.confidence >= 0.5 * f.min_confidence) AS confirms
FROM valued v
SEMI JOIN contested c ON c.cell = v.cell
JOIN spec f ON f.f = v.cell & 4095
JOIN told o ON o.rowid = v.row
LEFT JOIN kind ON kind.row = v.kind_row;

CREATE OR REPLACE TEMP TABLE winner AS
FROM valued v ANTI JOIN contested c ON c.cell = v.cell
UNION ALL
FROM valued v SEMI JOIN (FROM placed WHERE place = 1) p ON p.cell = v.cell AND p.k = v.k;
DROP TABLE valued; DROP TABLE contested;

-- Every reading that agreed in a value, where there are several.
CREATE OR REPLACE TEMP TABLE agreed AS
SELECT w.cell, w.k, list(o.id ORDER BY o.id) AS ids
FROM (
    SELECT cell, k FROM winner WHERE voices > 1
    UNION
    SELECT cell, k FROM placed WHERE joined AND voices > 1
) w
JOIN voice v ON v.cell = w.cell AND v.k = w.k
JOIN told o ON o.rowid = v.row
GROUP BY w.cell, w.k;
DROP TABLE voice;

-- What came of the values that met in one cell.
CREATE OR REPLACE TEMP TABLE met AS
WITH losing AS (
    SELECT p.*, CASE WHEN place > 1 AND (superseded OR NOT joined) THEN to_json({
            'value': value, 'key': key, 'kind': kind, 'sources': sources, 'score': round(score, 4),
            'reason': CASE
                WHEN wrong OR never THEN 'a ' || kind || ' is not written'
                WHEN superseded THEN 'a newer reading of the same record no longer shows it'
                ELSE 'scored lower, or is of a kind less wanted'
            END
        })::VARCHAR END AS loser
    FROM placed p JOIN named USING (tellers)
)
SELECT cell, bool_or(NOT wrong AND NOT never) AS good, list(key ORDER BY place) FILTER (confirms) AS confirming,
    '[' || string_agg(loser, ',' ORDER BY place) || ']' AS losers
FROM losing
GROUP BY cell;
CREATE OR REPLACE TEMP TABLE joined AS
SELECT p.cell, string_agg(p.value, '; ' ORDER BY p.place) FILTER (NOT p.superseded) AS value,
    string_agg(p.key, ';' ORDER BY p.key) FILTER (NOT p.superseded) AS key,
    flatten(list(coalesce(g.ids, [p.id]) ORDER BY p.place)) AS ids
FROM placed p
LEFT JOIN agreed g ON g.cell = p.cell AND g.k = p.k
WHERE p.joined
GROUP BY p.cell;
DROP TABLE placed;

CREATE OR REPLACE TEMP TABLE survivor AS
SELECT a.account_id, f.name AS field,
    CASE WHEN j.cell IS NOT NULL THEN j.value WHEN NOT (f.joined AND w.superseded) THEN o.value END AS value,
    CASE WHEN j.cell IS NOT NULL THEN j.key WHEN NOT (f.joined AND w.superseded) THEN o.key END AS key,
    kind.kind, CASE WHEN NOT f.joined THEN o.display END AS display, w.confidence, w.score, n.sources,
    coalesce(j.ids, g.ids, [o.id]) AS observation_ids,
    make_timestamp(w.at_us) AS observed_at,
    CASE WHEN m.cell IS NOT NULL THEN coalesce(m.confirming, []) WHEN w.wrong OR w.superseded THEN [] ELSE [o.key] END AS confirming_keys,
    coalesce(m.losers, '[]')::JSON AS losers
FROM winner w
JOIN account a ON a.n = w.cell >> 12
JOIN spec f ON f.f = w.cell & 4095
JOIN named n ON n.tellers = w.tellers
JOIN told o ON o.rowid = w.row
LEFT JOIN kind ON kind.row = w.kind_row
LEFT JOIN agreed g ON g.cell = w.cell AND g.k = w.k
LEFT JOIN met m ON m.cell = w.cell
LEFT JOIN joined j ON j.cell = w.cell
WHERE coalesce(m.good, NOT w.wrong AND NOT w.never);

DROP TABLE spec; DROP TABLE kind_rule; DROP TABLE account; DROP TABLE teller; DROP TABLE trust; DROP TABLE again; DROP TABLE told;
DROP TABLE named; DROP TABLE kind; DROP TABLE winner; DROP TABLE agreed; DROP TABLE met; DROP TABLE joined;
