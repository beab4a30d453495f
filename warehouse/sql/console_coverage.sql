-- Coverage and freshness per field: what the console's overview shows.
-- In:  staleness, field_spec. Out: one row per field the CRM has a column for, what is worth most first; counts by state.

SELECT s.field, any_value(f.label_en) AS label_en, any_value(f.label_zh) AS label_zh, any_value(f.category) AS category,
       any_value(f.weight) AS weight, count(*) AS accounts,
       count(*) FILTER (s.status <> 'missing') AS filled,
       count(*) FILTER (s.status = 'fresh') AS fresh,
       count(*) FILTER (s.status IN ('due', 'asked')) AS due,
       count(*) FILTER (s.status = 'expired') AS expired,
       count(*) FILTER (s.status = 'invalid') AS invalid,
       count(*) FILTER (s.status = 'contradicted') AS contradicted,
       count(*) FILTER (s.status = 'missing') AS missing
FROM staleness s
JOIN field_spec f ON f.name = s.field
GROUP BY s.field
ORDER BY weight DESC, s.field
