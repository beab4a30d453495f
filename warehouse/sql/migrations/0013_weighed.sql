-- What the golden record was last weighed from, so that only what changed is weighed again.

-- A print of each account's evidence, and one of each field's rules (catalogue, authority, reliability, the method itself).
CREATE TABLE weighed (account_id VARCHAR, print UBIGINT);
CREATE TABLE weighed_field (field VARCHAR, print UBIGINT);
