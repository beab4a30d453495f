-- How often the world changes, as far as our looks could see it.

-- Looks of one run that had a look before them, and how many met something new since; one row per kind of look.
-- `field` '*' counts a look once whichever fields changed. `blank`: nothing was known of the field before.
CREATE TABLE field_look (
    run_id VARCHAR, segment VARCHAR, source VARCHAR, field VARCHAR, blank BOOLEAN, days DOUBLE, looks BIGINT,
    changes BIGINT
);
-- What was learned of them last: changes a day, and what they rest on.
CREATE TABLE change_rate (
    segment VARCHAR, source VARCHAR, field VARCHAR, blank BOOLEAN, rate DOUBLE, looks BIGINT, changes BIGINT,
    noted_at TIMESTAMP
);
