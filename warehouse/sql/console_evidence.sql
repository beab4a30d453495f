-- Observations by id, within an account. In: observation; $account, $ids. Out: one row per id, surest reading.

SELECT id, source, record_id, url, passage, selector, fetched_at, value, display, kind, confidence, extractor, observed_at
FROM observation
WHERE account_id = $account AND list_contains($ids::VARCHAR[], id)
QUALIFY row_number() OVER (PARTITION BY id ORDER BY confidence DESC, run_id DESC) = 1
ORDER BY confidence DESC, observed_at DESC
LIMIT 6
