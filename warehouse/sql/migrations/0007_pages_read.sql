-- What a source read in full on one look: the addresses of its pages, or the record it asked for. A thing that is not
-- seen on a page counts as gone only where that page was read; NULL for calls from before, which prove nothing.

ALTER TABLE source_call ADD COLUMN pages VARCHAR[];
