-- Sources none of whose calls were answered in a run. In: source_call; $run_id, $fewest. Out: source, asked, error.

SELECT source, count(*) AS asked, any_value(error) AS error
FROM source_call WHERE run_id = $run_id
GROUP BY source HAVING count(*) >= $fewest AND count(*) = count(*) FILTER (outcome = 'failed')
ORDER BY source
