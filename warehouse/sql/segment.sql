-- The segment of every account: country and size, the coarsest traits that tell how fast a company's facts change.
-- In:  crm_account, golden, crm_value. Out: account_id, segment ('US/large', '?/?' where nothing is known).
-- The headcount is the golden one, else the CRM's.

SELECT a.account_id,
    coalesce(upper(nullif(a.country, '')), '?') || '/' || CASE
        WHEN e.n IS NULL THEN '?' WHEN e.n < 50 THEN 'small' WHEN e.n < 500 THEN 'middle' ELSE 'large'
    END AS segment
FROM crm_account a
LEFT JOIN (
    SELECT account_id, arg_min(n, rank) AS n
    FROM (
        SELECT account_id, try_cast(value AS BIGINT) AS n, 1 AS rank FROM golden WHERE field = 'employees' AND valid_to IS NULL
        UNION ALL
        SELECT account_id, try_cast(value AS BIGINT), 2 FROM crm_value WHERE field = 'employees'
    ) WHERE n IS NOT NULL GROUP BY ALL
) e USING (account_id)
