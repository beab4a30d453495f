-- What an account was pulled as, as one digest: an account that is as it was is not taken in again. NULL: take it in.

ALTER TABLE crm_account ADD COLUMN digest VARCHAR;
