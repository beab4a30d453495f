-- The segment of every account: country and size, the coarsest traits that tell how fast a company's facts change.
-- In:  crm_account, golden. Out: account_id, segment ('US/large', '?/?' where nothing is known).

SELECT a.account_id,
    coalesce(upper(nullif(a.country, '')), '?') || '/' || CASE
        WHEN e.n IS NULL THEN '?' WHEN e.n < 50 THEN 'small' WHEN e.n < 500 THEN 'middle' ELSE 'large'
    END AS segment
FROM crm_account a
LEFT JOIN (
    SELECT account_id, try_cast(any_value(value) AS BIGINT) AS n
    FROM golden WHERE field = 'employees' AND valid_to IS NULL GROUP BY ALL
) e USING (account_id)
