-- Accounts by name, id or website.
-- In:  crm_account, score; $words (NULL for all), $limit, $offset. Out: one row per account, best score first.

SELECT a.account_id, a.name, a.website, a.country, s."value" AS score, s.band
FROM crm_account a
LEFT JOIN score s ON s.account_id = a.account_id
WHERE $words::VARCHAR IS NULL OR a.account_id = $words OR contains(lower(a.name), lower($words))
   OR contains(lower(coalesce(a.website, '')), lower($words))
ORDER BY s."value" DESC NULLS LAST, a.name, a.account_id
LIMIT $limit OFFSET $offset
