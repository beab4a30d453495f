-- Calls that failed, or that read less than they wanted. In: source_call, crm_account; $run_id.
-- Out: source, account, outcome, error.

SELECT c.source, c.account_id, a.name AS account_name, a.website, c.outcome, c.error
FROM source_call c LEFT JOIN crm_account a USING (account_id)
WHERE c.run_id = $run_id AND (c.outcome = 'failed' OR c.error <> '')
ORDER BY c.outcome, c.source, a.name
