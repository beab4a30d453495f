-- Merges the postings of a shard into the newest state of the boards.
-- In:  fresh_posting (as warehouse/postings.py makes it), board_look, posting; $run_id. Out: posting.
-- Known roles are seen again (and open again, where they had been closed); new ones get the reader that saw them first.
-- A role is closed by a complete look at its board that came after its last sight; a failed page closes nothing.

CREATE OR REPLACE TEMP TABLE newest_posting AS
SELECT * FROM fresh_posting
QUALIFY row_number() OVER (PARTITION BY account_id, board, posting_id ORDER BY seen_at DESC) = 1;

UPDATE posting p
SET last_seen_at = greatest(p.last_seen_at, n.seen_at), closed_at = NULL, title = n.title, url = n.url,
    posted_on = coalesce(p.posted_on, n.posted_on), department = n.department, "function" = n."function",
    place = n.place, technologies = n.technologies, needs = n.needs
FROM newest_posting n
WHERE p.account_id = n.account_id AND p.board = n.board AND p.posting_id = n.posting_id;

INSERT INTO posting BY NAME
SELECT n.account_id, n.source, n.board, n.posting_id, n.title, n.url, n.posted_on, n.department, n."function", n.place,
       n.technologies, n.needs, l.collector, n.seen_at AS first_seen_at, n.seen_at AS last_seen_at,
       NULL::TIMESTAMP AS closed_at
FROM newest_posting n
ANTI JOIN posting p ON p.account_id = n.account_id AND p.board = n.board AND p.posting_id = n.posting_id
LEFT JOIN (
    SELECT account_id, board, seen_at, any_value(collector) AS collector
    FROM board_look WHERE run_id = $run_id GROUP BY ALL
) l ON l.account_id = n.account_id AND l.board = n.board AND l.seen_at = n.seen_at;

UPDATE posting p
SET closed_at = l.looked_at
FROM (
    SELECT account_id, board, max(seen_at) AS looked_at FROM board_look
    WHERE complete AND run_id = $run_id GROUP BY ALL
) l
WHERE p.account_id = l.account_id AND p.board = l.board AND p.closed_at IS NULL AND p.last_seen_at < l.looked_at;

DROP TABLE newest_posting;
