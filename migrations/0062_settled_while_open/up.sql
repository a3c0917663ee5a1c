-- What is open is settled too, until the moment at which it falls due: only then, or by an act, its figures change. So
-- nothing is counted one by one but what has just come in, and what falls due this very hour.

ALTER TABLE submissions
    -- When what stands in `counted_as` is no longer true by time alone; empty: only an act changes it.
    ADD counted_until timestamptz
    CONSTRAINT submissions_counted_until CHECK (counted_until IS NULL OR counted_as IS NOT NULL);
CREATE INDEX submissions_counted_until ON submissions (counted_until) WHERE counted_until IS NOT NULL;

DROP INDEX submissions_to_settle;
CREATE INDEX submissions_to_settle ON submissions (submitted_at)
    WHERE counted_as IS NULL AND confidential_region IS NULL;

CREATE OR REPLACE FUNCTION unsettle() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.counted_as := NULL;
    NEW.counted_until := NULL;
    RETURN NEW;
END $$;
-- Whoever takes the mark away need not know of the moment.
DROP TRIGGER submissions_unsettle ON submissions;
CREATE TRIGGER submissions_unsettle BEFORE UPDATE ON submissions FOR EACH ROW
    WHEN (OLD.counted_as IS NOT NULL AND (NEW.counted_as IS NULL OR NEW.counted_as IS NOT DISTINCT FROM OLD.counted_as))
    EXECUTE FUNCTION unsettle();

-- Without a guess of how many there are, a third of all would be feared, and read.
ANALYZE submissions (counted_until);
