-- When each technology of an account was first and last seen, and whether it is gone.
-- In:  observed (view), source_call; $account.
-- Out: one row per technology and source: value, version as printed, first_seen, last_seen, times seen, where, clean looks
--      since that read the page it stood on and did not show it (missed), removed_at: the second of them. One such look
--      may be a fluke of the page; a look that failed, or did not read that page, proves nothing and never counts.

WITH told AS (
    SELECT * FROM observed
    WHERE account_id = $account AND field = 'technologies' AND source IN ('technographics', 'dns')
    QUALIFY row_number() OVER (PARTITION BY source, record_id, key, first_observed_at ORDER BY looks DESC, confidence DESC) = 1
),
seen AS (
    SELECT account_id, source, record_id, key,
           arg_max(value, (observed_at, confidence, url, passage)) AS value, arg_max(display, (observed_at, confidence, url, passage)) AS display,
           arg_max(kind, (observed_at, confidence, url, passage)) AS kind, arg_max(url, (observed_at, confidence, url, passage)) AS url,
           arg_max(passage, (observed_at, confidence, url, passage)) AS passage, arg_max(confidence, (observed_at, confidence, url, passage)) AS confidence,
           min(first_observed_at) AS first_seen, max(observed_at) AS last_seen, sum(looks)::BIGINT AS times
    FROM told
    GROUP BY ALL
),
looks AS (
    SELECT source, noted_at, regexp_replace(lower(page), '^https?://(www\.)?|/+$', '', 'g') AS page
    FROM source_call, unnest(pages) AS p(page)
    WHERE account_id = $account AND outcome IN ('rows', 'zero_rows')
),
missed AS (
    SELECT s.source, s.record_id, s.key, list(DISTINCT l.noted_at ORDER BY l.noted_at) AS misses
    FROM seen s
    JOIN looks l ON l.source = s.source AND l.noted_at > s.last_seen
        AND l.page = regexp_replace(lower(s.url), '^https?://(www\.)?|/+$', '', 'g')
    GROUP BY ALL
)
SELECT s.value, s.display, s.kind, s.source, s.confidence, s.url, s.passage, s.first_seen, s.last_seen, s.times,
       coalesce(len(m.misses), 0) AS missed, m.misses[2] AS removed_at
FROM seen s
LEFT JOIN missed m USING (source, record_id, key)
ORDER BY removed_at IS NOT NULL, s.value, s.source
