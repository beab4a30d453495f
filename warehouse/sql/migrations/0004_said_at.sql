-- When a field was contradicted: sources that answered before that are asked again.
ALTER TABLE staleness ADD COLUMN said_at TIMESTAMP;
