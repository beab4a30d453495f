-- Intents whose outcome is known: the ledger closes them as it settles; a crash between the two leaves them.
-- In:  intent, outcome. Out: intent without them.

DELETE FROM intent WHERE (run_id, change_id) IN (
    SELECT (run_id, change_id) FROM outcome WHERE status <> 'unknown'
)
