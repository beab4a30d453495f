-- How reliable each source has been on these accounts, and what a kept value cost.
-- In:  source_call, golden, observation, link, crm_value, outcome, undone.
-- Out: one row per source: calls by outcome, requests, cost, `kept` golden values that rest on it, `agreed` where the CRM
--      holds the same, `wrote` values of it written, `corrected` those a person or an undo has changed since. Calls by outcome
--      and requests are of the calls kept, the newest ones (forget_calls.sql); everything else is of all time, the cost, too, as
--      calls that cost money are never dropped.

WITH calls AS (
    SELECT source, count(*) AS asked, count(*) FILTER (outcome = 'rows') AS rows,
           count(*) FILTER (outcome = 'zero_rows') AS zero_rows, count(*) FILTER (outcome = 'not_found') AS not_found,
           count(*) FILTER (outcome = 'failed') AS failed, sum(requests)::BIGINT AS requests, sum(cost) AS cost,
           max(noted_at) AS last_asked
    FROM source_call GROUP BY source
),
held AS (
    SELECT source, count(*) AS kept,
           count(*) FILTER (v_key IS NOT NULL AND (v_key = key OR list_contains(confirming_keys, v_key))) AS agreed,
           count(*) FILTER (v_key IS NOT NULL) AS comparable
    FROM (
        SELECT unnest(g.sources) AS source, g.key, g.confirming_keys, v.key AS v_key
        FROM golden g LEFT JOIN crm_value v ON v.account_id = g.account_id AND v.field = g.field
        WHERE g.valid_to IS NULL
    ) GROUP BY source
),
written AS (
    SELECT source, count(*) AS wrote, count(*) FILTER (undone OR v_key IS DISTINCT FROM value_key) AS corrected
    FROM (
        SELECT unnest(from_json(json_extract(o.change, '$.sources'), '["VARCHAR"]')) AS source, o.value_key, v.key AS v_key,
               u.change_id IS NOT NULL AS undone
        FROM outcome o
        LEFT JOIN undone u ON u.run_id = o.run_id AND u.change_id = o.change_id
        LEFT JOIN crm_value v ON v.account_id = o.account_id AND v.field = o.field
        WHERE o.status = 'written' AND json_extract_string(o.change, '$.kind') <> 'restore'
    ) GROUP BY source
)
SELECT c.*, coalesce(h.kept, 0) AS kept, h.agreed, h.comparable, coalesce(w.wrote, 0) AS wrote,
       coalesce(w.corrected, 0) AS corrected
FROM calls c
LEFT JOIN held h ON h.source = c.source
LEFT JOIN written w ON w.source = c.source
ORDER BY c.asked DESC, c.source
