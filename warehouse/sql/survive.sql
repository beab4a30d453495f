-- Survivorship: the golden value per account and field from authority × recency × agreement × confidence.
-- In:  touched (account_id, anew, looked_at), weighing (field, anew); observation, reading, link, field_spec, authority, reliability,
--      source_call, weighed.
-- Out: survivor: one row per account and field that is to be weighed, shaped like the table golden without its last three
--      columns: all fields of an account that is `anew`, a field that is `anew` in every account touched, and else the cells that
--      rest on other evidence than when they were last weighed. moved (account_id, field): those last. mark (account_id, cells):
--      what the cells of each account rest on now, as numbers. Only observations of accepted links count; our own
--      judgement of an account (`intelligence`) is about it by definition. An older value of the same record that a newer reading
--      no longer shows is superseded (score × 0.15); of technologies, one that two looks at its page no longer show,
--      as in technologies_seen.sql. A value is as sure as its newest reading. Agreement is noisy-or over sources; pages of
--      one source are one voice. A loser below half the field's bar confirms nothing. A kind named first in
--      `prefer_kinds` wins among values that reach the field's bar. Fields with many values and no kinds keep them all,
--      joined by '; '. Recency counts back from the newest reading of the cell, so that no value gives way merely because
--      time passes. Of readings that are equal in all that counts, the one written first speaks; of values, the first by key.
-- How: millions of rows are weighed as numbers alone (cell = account and field, rec = record, k = hash of the value's key; keys meet
--      only within one cell, row = its place in `observation`). Texts are fetched, by row, for what came out. tests/warehouse/plain_survival.sql says the same in one query.

-- Greatest first by two measures, then the row written first, as one number: `first` below 2^55, `share` 0–1, `place` (a row) below 2^40.
CREATE OR REPLACE TEMP MACRO pack(first, share, place) AS
    (first::HUGEINT << 71) + (round(share * 1e9)::HUGEINT << 40) + (1099511627775 - place);
CREATE OR REPLACE TEMP MACRO packed_first(p) AS (p >> 71)::BIGINT;
CREATE OR REPLACE TEMP MACRO packed_share(p) AS ((p >> 40) & 2147483647)::BIGINT / 1e9;
CREATE OR REPLACE TEMP MACRO packed_row(p) AS 1099511627775 - (p & 1099511627775)::BIGINT;

-- Rows of a transaction still open are numbered far above those that were kept: they follow them here.
SET VARIABLE unkept = (SELECT coalesce(min(rowid), 0) FROM observation WHERE rowid >= 549755813888);
CREATE OR REPLACE TEMP MACRO written(id) AS CASE WHEN id < 549755813888 THEN id ELSE id - getvariable('unkept') + 549755813888 END;

CREATE OR REPLACE TEMP TABLE spec AS
SELECT row_number() OVER (ORDER BY name)::UBIGINT AS f, name, ttl_days, min_confidence, many, prefer_kinds, never_kinds, wrong_kinds,
       len(prefer_kinds) > 0 AS kinded, many AND len(prefer_kinds) = 0 AS joined, name = 'technologies' AS by_looks, anew
FROM field_spec JOIN weighing ON field = name;

CREATE OR REPLACE TEMP TABLE kind_rule AS
SELECT f, kind, min(rank)::UTINYINT AS rank, bool_or(wrong) AS wrong, bool_or(never) AS never
FROM (
    SELECT f, unnest(prefer_kinds) AS kind, generate_subscripts(prefer_kinds, 1) AS rank, false AS wrong, false AS never FROM spec
    UNION ALL SELECT f, unnest(wrong_kinds), NULL, true, false FROM spec
    UNION ALL SELECT f, unnest(never_kinds), NULL, false, true FROM spec
)
GROUP BY f, kind;

CREATE OR REPLACE TEMP TABLE account AS SELECT row_number() OVER ()::UBIGINT AS n, account_id, anew, looked_at FROM touched;

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
SELECT row_number() OVER ()::UINTEGER AS rec, a.n, a.anew, a.looked_at, t.s, account_id, source, record_id, probability,
       hash(source, record_id, probability) AS mark
FROM accepted JOIN account a USING (account_id) JOIN teller t USING (source);

CREATE OR REPLACE TEMP TABLE trust AS
SELECT f * 256 + s AS fs, coalesce(w.weight, 0.3) AS authority, r.shift, ttl_days, by_looks,
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

-- What counts, with a number of what it rests on: its time, its record, and where looks take values back, the newest of them.
CREATE OR REPLACE TEMP VIEW telling AS
SELECT (r.n << 12) | f.f AS cell, r.rec, f.f, r.anew AS of_new, r.anew OR f.anew AS anew, epoch_us(greatest(o.observed_at, y.seen_at)) AS at_us,
       hash(epoch_us(greatest(o.observed_at, y.seen_at)), r.mark, CASE WHEN f.by_looks THEN r.looked_at END)::HUGEINT AS mark,
       written(o.rowid) AS row, o.id, o.key, o.value, o.display, o.kind, o.confidence, CASE WHEN f.by_looks THEN o.url END AS url
FROM observation o
JOIN record r ON r.account_id = o.account_id AND r.source = o.source AND r.record_id = o.record_id
JOIN spec f ON f.name = o.field
LEFT JOIN again y ON y.rec = r.rec AND y.run_id = o.run_id;

-- What the cells of these accounts were last weighed by; and those that rest on something else now.
CREATE OR REPLACE TEMP TABLE former AS
SELECT w.account_id, (a.n << 12) | f.f AS cell, a.anew OR f.anew AS anew, c
FROM (SELECT account_id, unnest(cells) AS c FROM weighed SEMI JOIN touched USING (account_id)) w
JOIN account a USING (account_id)
LEFT JOIN spec f ON f.name = c.field;
CREATE OR REPLACE TEMP TABLE other AS
SELECT coalesce(p.cell, l.cell) AS cell
FROM (SELECT cell, hash(sum(mark)) AS print FROM telling WHERE NOT of_new AND NOT anew GROUP BY cell) p
FULL JOIN (SELECT cell, c.print AS print FROM former WHERE NOT anew) l ON l.cell = p.cell
WHERE p.print IS DISTINCT FROM l.print;

CREATE OR REPLACE TEMP TABLE told AS
SELECT t.cell, t.rec, hash(t.key) AS k, t.at_us, t.mark, t.row, coalesce(t.confidence, 0) AS confidence,
       m.rank, coalesce(m.wrong, false) AS wrong, coalesce(m.never, false) AS never, t.id, t.key, t.value, t.display, t.kind, t.url
FROM telling t
LEFT JOIN other c ON c.cell = t.cell
LEFT JOIN kind_rule m ON m.f = t.f AND m.kind = t.kind
WHERE t.anew OR c.cell IS NOT NULL;

-- What each record says: one row per value it ever told, as its newest reading told it.
CREATE OR REPLACE TEMP TABLE seen AS
WITH newest AS (
    SELECT cell, rec, k, max(pack(at_us, confidence, row)) AS p, min(rank) AS rank, bool_or(wrong) AS wrong, bool_and(never) AS never,
           max(CASE WHEN kind IS NOT NULL THEN pack((rank IS NOT NULL)::INTEGER, confidence, row) END) AS kind, sum(mark) AS mark
    FROM told
    GROUP BY cell, rec, k
)
SELECT cell, rec, k, packed_first(p) AS at_us, packed_share(p) AS confidence, packed_row(p) AS row, rank, wrong, never,
       packed_row(kind) AS kind_row, mark
FROM newest;

CREATE OR REPLACE TEMP TABLE missed AS
WITH looked AS (
    SELECT DISTINCT account_id, source, epoch_us(noted_at) AS at_us, regexp_replace(lower(page), '^https?://(www\.)?|/+$', '', 'g') AS page
    FROM source_call SEMI JOIN touched USING (account_id), unnest(pages) AS p(page)
    WHERE outcome IN ('rows', 'zero_rows')
)
SELECT s.rec, s.k
FROM seen s
JOIN told o ON o.row = s.row AND o.url IS NOT NULL
JOIN record r ON r.rec = s.rec
JOIN looked l ON l.account_id = r.account_id AND l.source = r.source AND l.at_us > s.at_us
    AND l.page = regexp_replace(lower(o.url), '^https?://(www\.)?|/+$', '', 'g')
GROUP BY s.rec, s.k
HAVING count(*) >= 2;

-- Only where a record told several values one may be superseded.
CREATE OR REPLACE TEMP TABLE latest AS SELECT cell, rec, max(at_us) AS at_us FROM seen GROUP BY cell, rec HAVING count(*) > 1;
CREATE OR REPLACE TEMP TABLE newest AS SELECT cell, max(at_us) AS at_us, hash(sum(mark)) AS print FROM seen GROUP BY cell;

-- One voice per record and value.
CREATE OR REPLACE TEMP TABLE voice AS
WITH trusted AS (
    SELECT s.* REPLACE (CASE WHEN t.shift IS NULL THEN s.confidence ELSE
            least(1 / (1 + exp(-t.shift) * (1 - least(s.confidence, 0.995)) / greatest(s.confidence, 0.005)),
                CASE WHEN s.confidence >= t.lifted_from THEN 1 ELSE greatest(s.confidence, t.bar - 0.01) END) END AS confidence),
        r.s, r.probability, t.authority,
        CASE WHEN t.by_looks THEN m.k IS NOT NULL ELSE coalesce(s.at_us < l.at_us, false) END AS superseded,
        pow(0.5, (n.at_us // 86400000000 - s.at_us // 86400000000) / t.ttl_days::DOUBLE) AS recency
    FROM seen s
    JOIN record r ON r.rec = s.rec
    JOIN trust t ON t.fs = (s.cell & 4095) * 256 + r.s
    LEFT JOIN latest l ON l.cell = s.cell AND l.rec = s.rec
    JOIN newest n ON n.cell = s.cell
    LEFT JOIN missed m ON m.rec = s.rec AND m.k = s.k
)
SELECT cell, k, row, s, at_us, rank, wrong, never, superseded, kind_row, authority * confidence AS weight,
       confidence * probability AS sure,
       least(0.999, authority * recency * confidence * probability * CASE WHEN superseded THEN 0.15 ELSE 1 END) AS voice
FROM trusted;

-- What each account rests on now, and which single cells moved.
CREATE OR REPLACE TEMP TABLE mark AS
SELECT account_id, list(c) AS cells
FROM (
    SELECT account_id, c FROM former ANTI JOIN other USING (cell) WHERE NOT coalesce(anew, false)
    UNION ALL
    SELECT a.account_id, {'field': f.name, 'print': n.print}
    FROM newest n JOIN account a ON a.n = n.cell >> 12 JOIN spec f ON f.f = n.cell & 4095
)
GROUP BY account_id;
CREATE OR REPLACE TEMP TABLE moved AS
SELECT a.account_id, f.name AS field FROM other c JOIN account a ON a.n = c.cell >> 12 JOIN spec f ON f.f = c.cell & 4095;
DROP VIEW telling;
DROP TABLE seen; DROP TABLE latest; DROP TABLE newest; DROP TABLE missed; DROP TABLE record; DROP TABLE accepted; DROP TABLE former; DROP TABLE other;

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

-- The values of a cell, the best first, by one number: the smaller, the better. Keys are looked at only where it is the same.
CREATE OR REPLACE TEMP TABLE kind AS SELECT row, kind FROM told WHERE kind IS NOT NULL;
CREATE OR REPLACE TEMP TABLE placed AS
WITH measured AS (
    SELECT v.* EXCLUDE (rank, wrong, never), v.wrong OR v.never AS unwanted, f.joined,
        NOT v.wrong AND NOT v.superseded AS true_when_first,
        NOT v.wrong AND NOT v.superseded AND (f.many OR v.confidence >= 0.5 * f.min_confidence) AS true_in_any_place,
        ((v.wrong::INTEGER * 8 + v.never::INTEGER * 4 + v.superseded::INTEGER * 2 + (v.confidence < f.min_confidence)::INTEGER)::HUGEINT << 93)
            + (CASE WHEN f.kinded THEN v.rank ELSE 0 END::HUGEINT << 85) + ((1000000000 - round(v.score * 1e9))::HUGEINT << 55)
            + (36028797018963967 - v.at_us) AS standing
    FROM valued v
    JOIN spec f ON f.f = v.cell & 4095
)
SELECT *, row_number() OVER better AS place, rank() OVER better < row_number() OVER better AS tied,
    row_number() OVER better > 1 OR lead(true) OVER better IS NOT NULL AS contested
FROM measured
WINDOW better AS (PARTITION BY cell ORDER BY standing);
DROP TABLE valued;
UPDATE placed p
SET place = r.place
FROM (
    SELECT q.row, row_number() OVER (PARTITION BY q.cell ORDER BY q.standing, o.key) AS place
    FROM placed q SEMI JOIN (FROM placed WHERE tied) t ON t.cell = q.cell JOIN told o ON o.row = q.row
) r
WHERE r.row = p.row;

-- Every reading that agreed in a value, where there are several.
CREATE OR REPLACE TEMP TABLE agreed AS
SELECT p.row, list(o.id ORDER BY o.id) AS ids
FROM (FROM placed WHERE voices > 1 AND (place = 1 OR joined)) p
JOIN voice v ON v.cell = p.cell AND v.k = p.k
JOIN told o ON o.row = v.row
GROUP BY p.row;
DROP TABLE voice;

-- What came of the values that met in one cell. Those on the first three places need no sorting.
CREATE OR REPLACE TEMP TABLE met AS
WITH said AS (
    SELECT p.cell, p.place, NOT p.unwanted AS good, o.key,
        CASE WHEN p.place = 1 THEN p.true_when_first ELSE p.true_in_any_place END AS confirms,
        CASE WHEN p.place > 1 AND (p.superseded OR NOT p.joined) THEN to_json({
            'value': o.value, 'key': o.key, 'kind': kind.kind, 'sources': sources, 'score': round(p.score, 4),
            'reason': CASE
                WHEN p.unwanted THEN 'a ' || kind.kind || ' is not written'
                WHEN p.superseded THEN 'a newer reading of the same record no longer shows it'
                ELSE 'scored lower, or is of a kind less wanted'
            END
        })::VARCHAR END AS loser
    FROM (FROM placed WHERE contested) p
    JOIN told o ON o.row = p.row
    JOIN named ON named.tellers = p.tellers
    LEFT JOIN kind ON kind.row = p.kind_row
),
gathered AS (
    SELECT cell, bool_or(good) AS good,
        any_value(key) FILTER (place = 1 AND confirms) AS key_1, any_value(key) FILTER (place = 2 AND confirms) AS key_2,
        any_value(key) FILTER (place = 3 AND confirms) AS key_3, list(key ORDER BY place) FILTER (place > 3 AND confirms) AS keys,
        any_value(loser) FILTER (place = 2) AS loser_2, any_value(loser) FILTER (place = 3) AS loser_3,
        string_agg(loser, ',' ORDER BY place) FILTER (place > 3) AS losers
    FROM said
    GROUP BY cell
)
SELECT cell, good, list_filter([key_1, key_2, key_3], lambda x: x IS NOT NULL) || coalesce(keys, []) AS confirming,
    '[' || concat_ws(',', loser_2, loser_3, losers) || ']' AS losers
FROM gathered;
CREATE OR REPLACE TEMP TABLE joined AS
SELECT p.cell, string_agg(o.value, '; ' ORDER BY p.place) FILTER (NOT p.superseded) AS value,
    string_agg(o.key, ';' ORDER BY o.key) FILTER (NOT p.superseded) AS key,
    flatten(list(coalesce(g.ids, [o.id]) ORDER BY p.place)) AS ids
FROM (FROM placed WHERE joined AND contested) p
JOIN told o ON o.row = p.row
LEFT JOIN agreed g ON g.row = p.row
GROUP BY p.cell;

-- A table of its own, so that the planner knows how many they are.
CREATE OR REPLACE TEMP TABLE winner AS
SELECT cell, row, kind_row, tellers, superseded, true_when_first, unwanted, confidence, score, at_us FROM placed WHERE place = 1;
DROP TABLE placed;

CREATE OR REPLACE TEMP TABLE survivor AS
WITH spoken AS MATERIALIZED (
    SELECT w.*, o.id, o.value, o.key, o.display FROM winner w JOIN told o ON o.row = w.row
)
SELECT a.account_id, f.name AS field,
    CASE WHEN j.cell IS NOT NULL THEN j.value WHEN NOT (f.joined AND w.superseded) THEN w.value END AS value,
    CASE WHEN j.cell IS NOT NULL THEN j.key WHEN NOT (f.joined AND w.superseded) THEN w.key END AS key,
    kind.kind, CASE WHEN NOT f.joined THEN w.display END AS display, w.confidence, w.score, n.sources,
    coalesce(j.ids, g.ids, [w.id]) AS observation_ids,
    make_timestamp(w.at_us) AS observed_at,
    CASE WHEN m.cell IS NOT NULL THEN m.confirming WHEN w.true_when_first THEN [w.key] ELSE [] END AS confirming_keys,
    coalesce(m.losers, '[]')::JSON AS losers
FROM spoken w
JOIN account a ON a.n = w.cell >> 12
JOIN spec f ON f.f = w.cell & 4095
JOIN named n ON n.tellers = w.tellers
LEFT JOIN kind ON kind.row = w.kind_row
LEFT JOIN agreed g ON g.row = w.row
LEFT JOIN met m ON m.cell = w.cell
LEFT JOIN joined j ON j.cell = w.cell
WHERE coalesce(m.good, NOT w.unwanted);

DROP TABLE spec; DROP TABLE kind_rule; DROP TABLE account; DROP TABLE teller; DROP TABLE trust; DROP TABLE again; DROP TABLE told;
DROP TABLE named; DROP TABLE kind; DROP TABLE winner; DROP TABLE agreed; DROP TABLE met; DROP TABLE joined;
