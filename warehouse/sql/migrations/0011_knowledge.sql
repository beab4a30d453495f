-- What is known of who belongs to whom, what a company is also called, and which accounts may be one.

-- `kind` is what the other is to the account: parent, ultimate_parent, owner (a fund, a government, a holding of shares: no parent),
-- head_office (the account is its branch), sibling (same brand, another company). `other_id` where the other is an account too.
CREATE TABLE hierarchy_edge (
    account_id VARCHAR, other_id VARCHAR, other_name VARCHAR, kind VARCHAR, grade VARCHAR, evidence VARCHAR, source VARCHAR,
    confidence DOUBLE, run_id VARCHAR, noted_at TIMESTAMP
);
-- Names, domains and numbers that accepted records and stewards have taught, with where from and since when; appended only.
-- `kind` is former, legal, other, domain or number; `field` the catalogue field it was told for.
CREATE TABLE alias (
    account_id VARCHAR, kind VARCHAR, field VARCHAR, text VARCHAR, key VARCHAR, valid_from DATE, valid_to DATE, source VARCHAR,
    record_id VARCHAR, url VARCHAR, passage VARCHAR, confidence DOUBLE, run_id VARCHAR, noted_at TIMESTAMP
);
-- Accounts that may be one company, worst group first (`rank`); proposed, never merged by us. `keep` is the fullest of a group.
CREATE TABLE merge_proposal (
    group_id VARCHAR, rank INTEGER, account_id VARCHAR, other_id VARCHAR, keep BOOLEAN, probability DOUBLE, reason VARCHAR, run_id VARCHAR,
    noted_at TIMESTAMP
);
