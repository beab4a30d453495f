-- Notes that servers confirmed the newest responses of URLs.
-- In:  ?1, a JSON object of times by URL. Out: table response.

INSERT INTO response (id, url, final_url, status, headers, body_sha256, body_bytes, fetched_at, confirmed_at)
SELECT
    newest.id, newest.url, newest.final_url, newest.status, newest.headers, newest.body_sha256, newest.body_bytes, newest.fetched_at,
    given.value
FROM json_each(?1) AS given
JOIN response AS newest ON newest.id = (SELECT max(id) FROM response WHERE url = given.key)
WHERE true
ON CONFLICT (id) DO UPDATE SET confirmed_at = max(confirmed_at, excluded.confirmed_at);
