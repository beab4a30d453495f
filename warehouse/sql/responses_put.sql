-- Keeps responses; one equal to the newest of its URL confirms that instead.
-- In:  ?1, a JSON list of [url, final_url, status, headers, body_sha256, body_bytes, at], one a URL at most. Out: table response.

INSERT INTO response (id, url, final_url, status, headers, body_sha256, body_bytes, fetched_at, confirmed_at)
SELECT
    CASE WHEN newest.body_sha256 = json_extract(given.value, '$[4]') AND newest.status = json_extract(given.value, '$[2]') THEN newest.id END,
    json_extract(given.value, '$[0]'),
    json_extract(given.value, '$[1]'),
    json_extract(given.value, '$[2]'),
    json_extract(given.value, '$[3]'),
    json_extract(given.value, '$[4]'),
    json_extract(given.value, '$[5]'),
    json_extract(given.value, '$[6]'),
    json_extract(given.value, '$[6]')
FROM json_each(?1) AS given
LEFT JOIN response AS newest ON newest.id = (SELECT max(id) FROM response WHERE url = json_extract(given.value, '$[0]'))
WHERE true
ON CONFLICT (id) DO UPDATE SET
    headers = excluded.headers,
    final_url = excluded.final_url,
    confirmed_at = max(confirmed_at, excluded.confirmed_at);
