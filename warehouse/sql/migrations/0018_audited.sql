-- What people found of single values, for learning how far sources are to be believed.

-- One row a value that somebody checked on a sheet of `evergreen audit`; a sheet read again takes the place of its former rows.
CREATE TABLE audited (
    sheet VARCHAR, account_id VARCHAR, field VARCHAR, key VARCHAR, good BOOLEAN, "by" VARCHAR, noted_at TIMESTAMP
);
-- Of the claims that people checked, those that were right; and the shift that counts where a value has to pass a field's bar.
ALTER TABLE reliability ADD COLUMN stood BIGINT;
ALTER TABLE reliability ADD COLUMN sure DOUBLE;
