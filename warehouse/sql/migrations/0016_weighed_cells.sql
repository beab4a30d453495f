-- What each cell was last weighed from, so that of an account that changed only the cells that did are weighed again.

ALTER TABLE weighed ADD COLUMN cells STRUCT(field VARCHAR, print UBIGINT)[];
DELETE FROM weighed;
