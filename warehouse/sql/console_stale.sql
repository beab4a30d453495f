-- A page of the stale list, worst first by value at stake.
-- In:  stale_now; $field, $status, $country, $industry, $owner, $editor (NULL for all), $limit, $offset.
-- Out: rows of stale_now.

SELECT * FROM stale_now
WHERE ($field::VARCHAR IS NULL OR field = $field) AND ($status::VARCHAR IS NULL OR status = $status)
  AND ($country::VARCHAR IS NULL OR country = $country) AND ($industry::VARCHAR IS NULL OR industry = $industry)
  AND ($owner::VARCHAR IS NULL OR owner = $owner) AND ($editor::VARCHAR IS NULL OR changed_by = $editor)
ORDER BY stake DESC, age_days DESC NULLS LAST, account_id, field
LIMIT $limit OFFSET $offset
