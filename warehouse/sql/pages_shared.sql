-- Of an account's domains and bodies those that another account rests on too: they are not its own to take away.
-- In:  observation, signal, link, crm_account; $account, $domains. Out: domain, body_sha256 (one of them NULL).

WITH page AS (
    SELECT account_id, url, body_sha256 FROM observation
    UNION SELECT account_id, url, body_sha256 FROM signal
    UNION SELECT account_id, url, NULL FROM link WHERE decision = 'accept'
    UNION SELECT account_id, website, NULL FROM crm_account
),
host AS (
    SELECT DISTINCT regexp_extract(lower(url), '^(?:[a-z]+://)?([^/:?#]+)', 1) AS host
    FROM page WHERE account_id <> $account AND url IS NOT NULL
)
SELECT domain, NULL AS body_sha256
FROM (SELECT unnest($domains::VARCHAR[]) AS domain)
WHERE EXISTS (FROM host WHERE host = domain OR ends_with(host, '.' || domain))
UNION
SELECT NULL, body_sha256 FROM page
WHERE body_sha256 IS NOT NULL AND account_id <> $account
  AND body_sha256 IN (SELECT body_sha256 FROM page WHERE account_id = $account)
