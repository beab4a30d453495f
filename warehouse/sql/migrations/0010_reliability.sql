-- How far each source is to be believed about each field, learned on this warehouse's own accounts.
-- `shift` is added to the log-odds of what the source's extractor claims; `accuracy` is what came of the checked claims,
-- of which `checked` by people and `compared` with other sources.
CREATE TABLE reliability (
    source VARCHAR, field VARCHAR, shift DOUBLE, accuracy DOUBLE, claimed DOUBLE, checked BIGINT, compared BIGINT,
    noted_at TIMESTAMP
);
