-- What lists tell of fields, each once however many accounts share it.
-- In:  need, as `work_list.sql` or `work_list_by_rate.sql` left it. Out: kind, field, status, reason, sources (bits), chance.

SELECT kind, any_value(field) AS field, any_value(status) AS status, any_value(reason) AS reason, any_value(sources) AS sources,
       any_value(round(chance, 4)) AS chance
FROM need
GROUP BY kind
