-- Bodies nobody needs any more: every response that had them was last confirmed before a moment.
-- In:  response, dropped (bodies that went before: they are not looked for again); ? moment (ISO 8601). Out: body_sha256.

SELECT body_sha256
FROM response
GROUP BY body_sha256
HAVING max(confirmed_at) < ?
EXCEPT
SELECT body_sha256 FROM dropped
