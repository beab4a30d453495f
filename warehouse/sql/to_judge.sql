-- Accounts whose judgement is to be made anew: something was told of them since the last one (by this run, or by one that
-- died before it could judge), a person took a story back, or the last judgement is some days old.
-- In:  signal, board_look, golden, story, brief, disowned, run, crm_account; $run_id, $now, $due_days. Out: account_id.

WITH judged AS (
    SELECT b.account_id, max(r.number) AS number, max(b.as_of) AS as_of
    FROM brief b JOIN run r ON r.id = b.run_id GROUP BY b.account_id
),
told AS (
    SELECT account_id, run_id FROM signal
    UNION
    SELECT account_id, run_id FROM board_look
    UNION
    SELECT account_id, run_id FROM golden WHERE sources <> ['intelligence']
)
SELECT account_id FROM (
    SELECT t.account_id
    FROM told t
    LEFT JOIN run r ON r.id = t.run_id
    LEFT JOIN judged j ON j.account_id = t.account_id
    WHERE t.run_id = $run_id OR j.number IS NULL OR r.number > j.number
    UNION
    SELECT account_id FROM judged WHERE date_diff('day', as_of, $now::TIMESTAMP) >= $due_days
    UNION
    SELECT d.account_id FROM disowned d JOIN story s ON s.account_id = d.account_id AND list_contains(s.signal_ids, d.signal_id)
)
WHERE account_id IN (SELECT account_id FROM crm_account)
ORDER BY account_id
