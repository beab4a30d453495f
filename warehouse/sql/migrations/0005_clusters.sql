-- Which records are one company: the log of clusters, a row for each record an event moved or spoke of.

-- `moved` is false on the two rows that name the pair an event rests on (a link, a judgement): nothing moved by them.
-- `cause` is the event this one followed from or, of an undo, the one taken back. A record that is erased takes its rows along.
CREATE TABLE cluster_event (
    seq BIGINT, place INTEGER, kind VARCHAR, account_id VARCHAR, moved BOOLEAN, cluster_before VARCHAR, cluster_after VARCHAR,
    reason VARCHAR, probability DOUBLE, "by" VARCHAR, cause BIGINT, noted_at TIMESTAMP
);
