-- The technologies an account was seen with, in its pages and its job advertisements, with first and last sight.
-- In:  observed (view), posting; $account. Out: name, first_seen, last_seen, sources, times.

SELECT name, min(first_seen) AS first_seen, max(last_seen) AS last_seen, list(DISTINCT source ORDER BY source) AS sources,
       sum(times)::BIGINT AS times
FROM (
    SELECT value AS name, min(first_observed_at) AS first_seen, max(observed_at) AS last_seen, source, sum(looks) AS times
    FROM observed WHERE account_id = $account AND field = 'technologies' GROUP BY value, source
    UNION ALL
    SELECT name, min(first_seen_at), max(last_seen_at), source, count(*)
    FROM (SELECT unnest(technologies) AS name, first_seen_at, last_seen_at, source FROM posting WHERE account_id = $account)
    GROUP BY name, source
)
GROUP BY name
ORDER BY last_seen DESC, times DESC, name
LIMIT 60
