-- Accounts that we wrote to, or took back from, in or after the run of the newest pull: who changed their values is judged anew.
-- In:  outcome, undone, run, pull. Out: account_id. Runs are told apart by number: clocks may stand still or jump back.

WITH newest AS (
    SELECT coalesce(max(r.number), 0) AS number FROM pull p JOIN run r ON r.id = p.run_id
)
SELECT DISTINCT o.account_id
FROM outcome o
LEFT JOIN undone u ON u.run_id = o.run_id AND u.change_id = o.change_id
LEFT JOIN run r ON r.id = o.run_id
LEFT JOIN run b ON b.id = u.undone_by
WHERE coalesce(r.number >= (SELECT number FROM newest), true)
   OR (u.change_id IS NOT NULL AND coalesce(b.number >= (SELECT number FROM newest), true))
