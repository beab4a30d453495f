-- Takes accounts of a pull into the warehouse: history first, then the newest state.
-- In:  pulled_account, pulled_value (one row per account and mapped field, value NULL where blank; changed_* from the
--      field's own history, else from the record); gone_account (no longer in the CRM); ours (view), outcome, run; $run_id, $at.
-- Out: crm_history gets one row per value that is new or changed; of these accounts crm_account and crm_value become the pull.
--
-- Who changed a value, and when, from the best evidence: the CRM's own field history; our ledger, where the value is
-- the one we wrote; the earlier snapshot, where the value has not changed since (a record touched elsewhere says
-- nothing about it); the record's last change, where that is newer than the last pull; else nobody knows.
-- The same value in another spelling than we wrote was typed by somebody: it is theirs.
-- `cleared`: blank, was filled once, and not emptied by us.

CREATE OR REPLACE TEMP TABLE last_outcome AS
SELECT account_id, field,
       arg_max(json_extract_string(change, '$.kind'), (coalesce(r.number, 0), o.noted_at)) AS kind,
       arg_max(coalesce(value_key, ''), (coalesce(r.number, 0), o.noted_at)) AS value_key,
       arg_max(o.noted_at, (coalesce(r.number, 0), o.noted_at)) AS noted_at
FROM outcome o SEMI JOIN pulled_account USING (account_id) LEFT JOIN run r ON r.id = o.run_id
WHERE o.status = 'written' GROUP BY ALL;

INSERT INTO crm_history
SELECT $run_id, $at, p.account_id, p.field, p.value, p.key, p.changed_at, p.changed_by, p.actor
FROM pulled_value p
LEFT JOIN crm_value c USING (account_id, field)
WHERE p.value IS DISTINCT FROM c.value OR (c.account_id IS NULL AND p.value IS NOT NULL);

CREATE OR REPLACE TEMP TABLE next_value AS
WITH traced AS (
    SELECT p.*, c.first_seen_at AS c_first_seen_at, c.changed_at AS c_changed_at, c.changed_by AS c_changed_by,
        c.actor AS c_actor, c.cleared AS c_cleared, c.value AS c_value, o.ours_at, o.ours_key,
        c.account_id IS NOT NULL AND c.key IS NOT DISTINCT FROM p.key AS unchanged,
        CASE
            WHEN p.own_history THEN 'record'
            WHEN o.ours_key = p.key AND trim(o.ours_value) = trim(p.value) THEN 'ours'
            WHEN l.kind = 'restore' AND (SELECT max(noted_at) FROM pull) <= l.noted_at THEN 'record'
            WHEN c.account_id IS NOT NULL AND c.key IS NOT DISTINCT FROM p.key AND NOT (o.ours_key = p.key AND c.actor = 'ours')
                THEN 'snapshot'
            WHEN c.account_id IS NULL OR p.changed_at > (SELECT max(noted_at) FROM pull) THEN 'record'
            ELSE 'unknown'
        END AS evidence,
        l.kind = 'restore' OR (l.kind = 'clear' AND l.value_key = '') AS emptied_by_us
    FROM pulled_value p
    LEFT JOIN crm_value c ON c.account_id = p.account_id AND c.field = p.field
    LEFT JOIN ours o ON o.account_id = p.account_id AND o.field = p.field
    LEFT JOIN last_outcome l ON l.account_id = p.account_id AND l.field = p.field
)
SELECT
    account_id, field, value, key, problem,
    CASE evidence WHEN 'ours' THEN ours_at WHEN 'snapshot' THEN c_changed_at WHEN 'unknown' THEN $at::TIMESTAMP
        ELSE changed_at END AS changed_at,
    CASE evidence WHEN 'ours' THEN 'evergreen' WHEN 'snapshot' THEN c_changed_by WHEN 'unknown' THEN NULL
        ELSE changed_by END AS changed_by,
    CASE evidence WHEN 'ours' THEN 'ours' WHEN 'snapshot' THEN c_actor WHEN 'unknown' THEN 'unknown'
        ELSE actor END AS actor,
    own_history,
    CASE WHEN unchanged THEN c_first_seen_at ELSE $at::TIMESTAMP END AS first_seen_at,
    value IS NULL AND NOT coalesce(emptied_by_us, false)
        AND (coalesce(c_cleared, false) OR c_value IS NOT NULL OR ours_key IS NOT NULL) AS cleared
FROM traced;

INSERT INTO gone_account SELECT account_id FROM pulled_account;
DELETE FROM crm_value WHERE account_id IN (SELECT account_id FROM gone_account);
INSERT INTO crm_value BY NAME SELECT * FROM next_value;
DELETE FROM crm_account WHERE account_id IN (SELECT account_id FROM gone_account);
INSERT INTO crm_account BY NAME SELECT * FROM pulled_account;
DROP TABLE next_value;
DROP TABLE last_outcome;
DROP TABLE pulled_account;
DROP TABLE pulled_value;
DROP TABLE gone_account;
