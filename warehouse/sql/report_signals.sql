-- Signals first seen in a run, newest happening first.
-- In: signal, crm_account; $run_id. Out: one row per signal.

SELECT s.account_id, a.name AS account_name, s.signal_class, s.status, s.title, s.url, s.passage, s.source,
       s.confidence, coalesce(s.happened_on, s.observed_at::DATE) AS on_day, s.contradicts
FROM signal s LEFT JOIN crm_account a USING (account_id)
WHERE s.run_id = $run_id
ORDER BY on_day DESC, s.confidence DESC, a.name
