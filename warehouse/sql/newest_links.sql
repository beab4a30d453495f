-- Drops link decisions that a run has taken again for the same moment (a night repeated with one `--as-of`).
-- In: link; $run_id. Out: link without the older decisions of that moment.

DELETE FROM link AS old
WHERE old.run_id <> $run_id AND EXISTS (
    FROM link AS new
    WHERE new.run_id = $run_id AND new.account_id = old.account_id AND new.source = old.source
      AND new.record_id = old.record_id AND new.decided_at <= old.decided_at
)
