-- Proposed merges with the accounts' names, worst group first, the account to keep before its members.
-- In:  merge_proposal, crm_account. Out: group_id, rank, account_id, other_id, keep, probability, reason, name.

SELECT p.group_id, p.rank, p.account_id, p.other_id, p.keep, p.probability, p.reason, a.name
FROM merge_proposal p
LEFT JOIN crm_account a ON a.account_id = p.account_id
ORDER BY p.rank, p.keep DESC, p.probability DESC, p.account_id
