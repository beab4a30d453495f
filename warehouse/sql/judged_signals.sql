-- The signals a judgement rests on, each telling once, those that people took back left out.
-- In:  signal, link, disowned, judging (account_id); $since. Out: the columns of signal, and link_probability (1 without a link).

SELECT s.*, coalesce(l.probability, 1.0) AS link_probability
FROM signal s
SEMI JOIN judging USING (account_id)
LEFT JOIN (
    SELECT account_id, source, record_id, arg_max(probability, decided_at) AS probability,
           arg_max(decision, decided_at) AS decision
    FROM link SEMI JOIN judging USING (account_id) GROUP BY ALL
) l ON l.account_id = s.account_id AND l.source = s.source AND l.record_id = s.record_id
ANTI JOIN disowned d ON d.signal_id = s.id
WHERE s.observed_at >= $since AND coalesce(l.decision, 'accept') = 'accept'
QUALIFY row_number() OVER (PARTITION BY s.id ORDER BY s.observed_at) = 1
ORDER BY s.account_id, s.id
