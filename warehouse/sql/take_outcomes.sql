-- What a run wrote stands in the CRM now: takes it into the newest state, as a pull would.
-- In:  outcome, crm_history; $run_id. Out: crm_value with the written cells, crm_history with a row for each.
-- A restored cell gets back the hands it had before us, as far as history tells.

CREATE OR REPLACE TEMP TABLE written AS
SELECT o.account_id, o.field, nullif(coalesce(o.read_back, o.value), '') AS value, o.noted_at,
       json_extract_string(o.change, '$.kind') = 'restore' AS restored,
       nullif(coalesce(nullif(json_extract_string(o.change, '$.held_key'), ''), o.value_key), '') AS value_key
FROM outcome o
WHERE o.run_id = $run_id AND o.status = 'written'
QUALIFY row_number() OVER (PARTITION BY o.account_id, o.field ORDER BY o.noted_at DESC) = 1;

CREATE OR REPLACE TEMP TABLE standing AS
SELECT w.*, h.key AS former_key, h.changed_at, h.changed_by, h.actor
FROM written w
LEFT JOIN (
    SELECT account_id, field, value, arg_max(key, seen_at) AS key, arg_max(changed_at, seen_at) AS changed_at,
           arg_max(changed_by, seen_at) AS changed_by, arg_max(actor, seen_at) AS actor
    FROM crm_history GROUP BY account_id, field, value
) h ON w.restored AND h.account_id = w.account_id AND h.field = w.field AND h.value = w.value;

INSERT INTO crm_history
SELECT $run_id, noted_at, account_id, field, value, CASE WHEN restored THEN former_key ELSE value_key END,
       CASE WHEN restored THEN changed_at ELSE noted_at END, CASE WHEN restored THEN changed_by ELSE 'evergreen' END,
       CASE WHEN restored THEN coalesce(actor, 'unknown') ELSE 'ours' END
FROM standing;

UPDATE crm_value v
SET value = s.value,
    key = CASE WHEN s.value IS NULL THEN NULL WHEN s.restored THEN s.former_key ELSE s.value_key END,
    problem = NULL,
    changed_at = CASE WHEN s.restored THEN s.changed_at ELSE s.noted_at END,
    changed_by = CASE WHEN s.restored THEN s.changed_by ELSE 'evergreen' END,
    actor = CASE WHEN s.restored THEN coalesce(s.actor, 'unknown') ELSE 'ours' END,
    first_seen_at = s.noted_at,
    cleared = false
FROM standing s
WHERE v.account_id = s.account_id AND v.field = s.field;

DROP TABLE written;
DROP TABLE standing;
