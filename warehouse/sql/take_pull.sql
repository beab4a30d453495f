-- Takes a full pull into the warehouse: history first, then the newest state.
-- In:  pulled_account (account_id, name, …), pulled_value (account_id, field, value, key, problem, changed_at,
--      changed_by, actor) with one row per account and mapped field, value NULL where blank; $run_id, $at.
-- Out: crm_history gets one row per value that is new or changed; crm_account and crm_value become the pull.
-- `first_seen_at` survives while the key stays; `cleared` marks a blank that once held something.

INSERT INTO crm_history
SELECT $run_id, $at, p.account_id, p.field, p.value, p.key, p.changed_at, p.changed_by, p.actor
FROM pulled_value p
LEFT JOIN crm_value c USING (account_id, field)
WHERE p.value IS DISTINCT FROM c.value OR (c.account_id IS NULL AND p.value IS NOT NULL);

CREATE OR REPLACE TEMP TABLE next_value AS
SELECT
    p.account_id, p.field, p.value, p.key, p.problem, p.changed_at, p.changed_by, p.actor,
    CASE WHEN c.key IS NOT DISTINCT FROM p.key AND c.account_id IS NOT NULL THEN c.first_seen_at ELSE $at END
        AS first_seen_at,
    p.value IS NULL AND (coalesce(c.cleared, false) OR c.value IS NOT NULL) AS cleared
FROM pulled_value p
LEFT JOIN crm_value c USING (account_id, field);

DELETE FROM crm_value;
INSERT INTO crm_value SELECT * FROM next_value;
DROP TABLE next_value;

DELETE FROM crm_account;
INSERT INTO crm_account BY NAME SELECT * FROM pulled_account;
