-- Accounts that may be one company: they share a number, a site or a phone, and not with a crowd.
--      The matcher's own proposals stand before groups that merely share a value; what the hierarchy tells apart is left out.
-- In:  crm_value, crm_account, merge_proposal, hierarchy_edge; $most (accounts a shared value may have, above it is nobody's own). Out: one row per group:
--      field, value, accounts (id, name, country, website, last change), strongest kind of sharing first.

WITH shared AS (
    SELECT field, key, any_value(value) AS value, count(DISTINCT account_id) AS n
    FROM crm_value
    WHERE key IS NOT NULL AND field IN ('uscc', 'lei', 'cik', 'company_number', 'website', 'domain', 'phone', 'legal_name', 'name')
    GROUP BY field, key
    HAVING count(DISTINCT account_id) BETWEEN 2 AND $most
),
grouped AS (
    SELECT s.field, s.value, s.n,
           list({'account_id': a.account_id, 'name': a.name, 'country': a.country, 'website': a.website,
                 'last_modified': a.last_modified, 'by': a.last_modified_by} ORDER BY a.account_id) AS accounts,
           list(a.account_id ORDER BY a.account_id) AS ids
    FROM shared s
    JOIN crm_value v ON v.field = s.field AND v.key = s.key
    JOIN crm_account a ON a.account_id = v.account_id
    GROUP BY s.field, s.value, s.n
),
matched AS (
    SELECT any_value(regexp_replace(p.reason, '^“.*” against “.*”: ', '') ORDER BY p.keep, p.probability DESC) AS reason, max(p.probability) AS probability,
           list({'account_id': a.account_id, 'name': a.name, 'country': a.country, 'website': a.website,
                 'last_modified': a.last_modified, 'by': a.last_modified_by} ORDER BY a.account_id) AS accounts,
           list(a.account_id ORDER BY a.account_id) AS ids
    FROM merge_proposal p
    JOIN crm_account a ON a.account_id = p.account_id
    GROUP BY p.group_id
),
shares AS (
SELECT list(field ORDER BY field) AS fields, list(value ORDER BY field) AS "values", any_value(accounts) AS accounts,
       max(list_position(['name', 'phone', 'legal_name', 'domain', 'website', 'company_number', 'cik', 'lei', 'uscc'], field))
           + count(*) AS strength, ids
FROM grouped
GROUP BY ids
)
SELECT fields, "values", accounts, strength, ids FROM (
    SELECT s.fields, s."values", s.accounts, s.strength, s.ids
    FROM shares s
    ANTI JOIN matched m ON m.ids = s.ids
    WHERE NOT EXISTS (
        FROM hierarchy_edge e WHERE len(s.ids) = 2 AND list_contains(s.ids, e.account_id) AND list_contains(s.ids, e.other_id)
    )
    UNION ALL BY NAME
    SELECT ['name'] AS fields, [m.reason] AS "values", m.accounts, 100 + m.probability AS strength, m.ids FROM matched m
)
ORDER BY strength DESC, ids
LIMIT 200
