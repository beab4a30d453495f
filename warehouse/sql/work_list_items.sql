-- Accounts to look at, the best first, urgent ones before all others.
-- In:  need, price: as `work_list.sql` or `work_list_by_rate.sql` left them.
-- Out: account_id, needs (kinds of `need`, the worthiest first), benefit, expected (values found changed), requests, days, urgent.

SELECT account_id,
       list(kind ORDER BY worth DESC, field) AS needs,
       sum(worth) / coalesce(any_value(requests), 1) AS benefit,
       sum(chance) AS expected,
       coalesce(any_value(requests), 0) AS requests,
       min(days) AS days,
       bool_or(urgent) AS urgent
FROM need
LEFT JOIN price USING (account_id)
GROUP BY account_id
ORDER BY urgent DESC, benefit DESC, account_id
