-- What asking each source came to in a run: the four outcomes apart, requests, cost.
-- In: source_call; $run_id. Out: one row per source.

SELECT source, count(*) AS asked,
       count(*) FILTER (outcome = 'rows') AS rows,
       count(*) FILTER (outcome = 'zero_rows') AS zero_rows,
       count(*) FILTER (outcome = 'not_found') AS not_found,
       count(*) FILTER (outcome = 'failed') AS failed,
       count(*) FILTER (outcome <> 'failed' AND requests > 0) AS answered,
       sum(requests)::BIGINT AS requests, round(sum(cost), 4) AS cost, round(sum(seconds), 1) AS seconds
FROM source_call WHERE run_id = $run_id
GROUP BY source ORDER BY source
