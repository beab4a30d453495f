-- What accounts are known to be called beside what the CRM holds, from records that are still accepted.
-- In:  alias, link; $accounts (ids). Out: account_id, kind, field, text, key, source, record_id, confidence; surest first.

WITH asked AS (SELECT DISTINCT unnest($accounts::VARCHAR[]) AS account_id)
SELECT a.account_id, a.kind, a.field, a.text, a.key, a.source, a.record_id, a.confidence
FROM alias a
SEMI JOIN asked ON asked.account_id = a.account_id
SEMI JOIN (
    SELECT account_id, source, record_id FROM link SEMI JOIN asked USING (account_id)
    GROUP BY ALL HAVING arg_max(decision, decided_at) = 'accept'
) l ON l.account_id = a.account_id AND l.source = a.source AND l.record_id = a.record_id
ORDER BY a.account_id, a.confidence DESC, a.text
