-- Who belongs to whom: the edges of the hierarchy, beside what the CRM holds of parents.
-- In:  hierarchy_edge, golden, crm_value, crm_account. Out: one row per edge: account, kind, the other (`other_id` where it is an
--      account too), grade, evidence, source, confidence; `crm_value` and `agrees` for parents. Kinds by their weight, surest first.

SELECT e.account_id, a.name AS account_name, e.kind, e.other_id, e.other_name, e.grade, e.evidence, e.source, e.confidence,
       v.value AS crm_value, coalesce(v.key = g.key OR lower(v.value) = lower(e.other_name), false) AS agrees
FROM hierarchy_edge e
JOIN crm_account a ON a.account_id = e.account_id
LEFT JOIN crm_value v ON v.account_id = e.account_id AND v.field = e.kind
LEFT JOIN golden g ON g.account_id = e.account_id AND g.field = e.kind AND g.value = e.other_name AND g.valid_to IS NULL
ORDER BY list_position(['ultimate_parent', 'parent', 'head_office', 'owner', 'sibling'], e.kind), e.confidence DESC, a.name, e.other_name
LIMIT 300
