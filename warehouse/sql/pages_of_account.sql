-- The addresses and stored bodies an account rests on.
-- In:  observation, signal, link, crm_account; $account. Out: url, body_sha256 (NULL where only the address is known).

SELECT DISTINCT url, body_sha256 FROM observation WHERE account_id = $account
UNION
SELECT url, body_sha256 FROM signal WHERE account_id = $account
UNION
SELECT url, NULL FROM link WHERE account_id = $account AND decision = 'accept'
UNION
SELECT website, NULL FROM crm_account WHERE account_id = $account
