-- What changes by time alone must not stay settled: nobody would take it out again.
UPDATE submissions SET counted_as = NULL WHERE counted_until IS NOT NULL;

DROP TRIGGER submissions_unsettle ON submissions;
CREATE TRIGGER submissions_unsettle BEFORE UPDATE ON submissions FOR EACH ROW
    WHEN (OLD.counted_as IS NOT NULL AND NEW.counted_as IS NOT DISTINCT FROM OLD.counted_as) EXECUTE FUNCTION unsettle();
CREATE OR REPLACE FUNCTION unsettle() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.counted_as := NULL;
    RETURN NEW;
END $$;

ALTER TABLE submissions RESET (autovacuum_analyze_scale_factor);
DROP INDEX submissions_unsettled;
CREATE INDEX submissions_unsettled_region ON submissions (region_code text_pattern_ops, submitted_at)
    WHERE counted_as IS NULL;
CREATE INDEX submissions_unsettled_site ON submissions (site_id, submitted_at) WHERE counted_as IS NULL;
CREATE INDEX submissions_to_settle ON submissions (first_due_at)
    WHERE counted_as IS NULL AND state IN ('answered', 'declined', 'closed') AND confidential_region IS NULL;
DROP INDEX submissions_confidential;
ALTER TABLE submissions DROP CONSTRAINT submissions_counted_for_all, DROP counted_until;
