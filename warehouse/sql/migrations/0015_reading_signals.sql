-- What a reading told of the record itself (its site moved, is parked, …), said again by every look that finds it unchanged.

-- Ids of `signal`, of the run of the reading. Events that articles told are not among them: those are told once.
ALTER TABLE reading ADD COLUMN signals VARCHAR[];
