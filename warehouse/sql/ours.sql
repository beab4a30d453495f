-- The value we last wrote into each field and have not taken back: the ground of "ours and untouched".
-- In:  outcome, undone. Out: account_id, field, ours_key, ours_value, ours_at, run_id.

SELECT
    account_id, field,
    arg_max(value_key, o.noted_at) AS ours_key,
    arg_max(coalesce(o.read_back, o.value), o.noted_at) AS ours_value,
    max(o.noted_at) AS ours_at,
    arg_max(o.run_id, o.noted_at) AS run_id
FROM outcome o
LEFT JOIN undone u ON u.run_id = o.run_id AND u.change_id = o.change_id
WHERE o.status = 'written' AND u.change_id IS NULL AND json_extract_string(o.change, '$.kind') <> 'restore'
GROUP BY account_id, field
