-- What is open is settled too, until the moment at which it falls due: only then, or by an act, its figures change. So
-- of a whole month little is counted one by one: what has just come in, what falls due within the hour or did, and reports
-- on officials.

ALTER TABLE submissions
    -- When what stands in `counted_as` is no longer true by time alone; empty: only an act changes it.
    ADD counted_until timestamptz
    CONSTRAINT submissions_counted_until CHECK (counted_until IS NULL OR counted_as IS NOT NULL),
    -- Whoever asks for figures may not see it.
    ADD CONSTRAINT submissions_counted_for_all CHECK (counted_as IS NULL OR confidential_region IS NULL);
CREATE INDEX submissions_counted_until ON submissions (counted_until) WHERE counted_until IS NOT NULL;
CREATE INDEX submissions_confidential ON submissions (region_code text_pattern_ops, submitted_at)
    WHERE confidential_region IS NOT NULL;

-- A tenth of all, as Postgres would wait for by itself, is months with millions of rows.
ALTER TABLE submissions SET (autovacuum_analyze_scale_factor = 0.01);

-- What is not settled is little now, and one index serves who settles and who counts. In its order, so that the worker walks
-- over it each minute: that marks the entries of what was settled since, which Postgres only does for who walks.
DROP INDEX submissions_to_settle;
DROP INDEX submissions_unsettled_region;
DROP INDEX submissions_unsettled_site;
CREATE INDEX submissions_unsettled ON submissions (submitted_at, region_code text_pattern_ops, site_id)
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

-- Without a guess of how many there are, a third of all would be feared, and read. Not of an empty table: what is known to
-- be empty is planned for as if it stayed so.
DO $$ BEGIN
    IF EXISTS (SELECT FROM submissions) THEN
        ANALYZE submissions (counted_until);
    END IF;
END $$;
