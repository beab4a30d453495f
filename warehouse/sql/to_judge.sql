-- Accounts whose judgement is to be made anew: something was told of them in this run, or the last judgement is a week old.
-- In:  signal, board_look, golden, score, hiring, brief, disowned, crm_account; $run_id, $now, $due_days. Out: account_id.

SELECT account_id FROM (
    SELECT account_id FROM signal WHERE run_id = $run_id
    UNION
    SELECT account_id FROM board_look WHERE run_id = $run_id
    UNION
    SELECT account_id FROM golden WHERE run_id = $run_id AND sources <> ['intelligence']
    UNION
    SELECT account_id FROM brief GROUP BY account_id
    HAVING date_diff('day', max(as_of), $now::TIMESTAMP) >= $due_days
    UNION
    SELECT d.account_id FROM disowned d JOIN story s ON s.account_id = d.account_id AND list_contains(s.signal_ids, d.signal_id)
)
WHERE account_id IN (SELECT account_id FROM crm_account)
ORDER BY account_id
