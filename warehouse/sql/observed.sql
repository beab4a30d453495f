-- Observations with the time they were last known to stand: a reading that was found unchanged later was observed then, too.
-- In:  observation, reading. Out: the columns of observation with `observed_at` so understood, `first_observed_at` as it was
--      written, and `looks`, how often the reading was made or found unchanged.

SELECT o.* REPLACE (CASE WHEN r.seen_at > r.read_at THEN greatest(r.seen_at, o.observed_at) ELSE o.observed_at END AS observed_at),
       o.observed_at AS first_observed_at, coalesce(r.looks, 1) AS looks
FROM observation o
LEFT JOIN reading r ON r.run_id = o.run_id AND r.account_id = o.account_id AND r.source = o.source AND r.record_id = o.record_id
