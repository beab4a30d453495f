-- The rules each field is weighed by, as one number.
-- In:  field_spec, authority, reliability, weighed_field; $method (names the way survivorship works). Out: field, print, weighed_print.

SELECT f.name AS field,
    hash($method::VARCHAR, f.ttl_days, f.min_confidence, f.many, f.prefer_kinds, f.never_kinds, f.wrong_kinds, w.weights, r.shifts) AS print,
    k.print AS weighed_print
FROM field_spec f
LEFT JOIN (
    SELECT field, list({'source': source, 'weight': weight} ORDER BY source, weight)::VARCHAR AS weights FROM authority GROUP BY field
) w ON w.field = f.name
LEFT JOIN (
    SELECT field, list({'source': source, 'shift': shift, 'sure': sure} ORDER BY source, shift)::VARCHAR AS shifts FROM reliability GROUP BY field
) r ON r.field = f.name
LEFT JOIN weighed_field k ON k.field = f.name
