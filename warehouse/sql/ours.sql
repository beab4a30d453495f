-- The value we last wrote into each field and have not taken back: the ground of "ours and untouched".
-- In:  outcome, undone, run. Out: account_id, field, ours_key, meant_key, ours_value, ours_at, run_id.
-- `ours_key` is the value as the CRM came to hold it (a pick-list entry, a format of its own), `meant_key` what we had sent.
-- The newest write is that of the latest run by number: clocks may stand still (`--as-of`) or jump back.

SELECT
    account_id, field,
    arg_max(coalesce(nullif(json_extract_string(o.change, '$.held_key'), ''), value_key), (coalesce(r.number, 0), o.noted_at)) AS ours_key,
    arg_max(value_key, (coalesce(r.number, 0), o.noted_at)) AS meant_key,
    arg_max(coalesce(o.read_back, o.value), (coalesce(r.number, 0), o.noted_at)) AS ours_value,
    arg_max(o.noted_at, (coalesce(r.number, 0), o.noted_at)) AS ours_at,
    arg_max(o.run_id, (coalesce(r.number, 0), o.noted_at)) AS run_id
FROM outcome o
LEFT JOIN run r ON r.id = o.run_id
LEFT JOIN undone u ON u.run_id = o.run_id AND u.change_id = o.change_id
WHERE o.status = 'written' AND u.change_id IS NULL AND json_extract_string(o.change, '$.kind') <> 'restore'
GROUP BY account_id, field
