DROP TRIGGER submissions_keep_cluster_true ON submissions;
DROP FUNCTION keep_cluster_true;
CREATE OR REPLACE FUNCTION keep_terms_true() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.confidential_region IS NOT NULL THEN
        DELETE FROM submission_terms WHERE submission_id = NEW.id;
        UPDATE submission_suggestions SET cluster_id = NULL, terms_from = NULL WHERE submission_id = NEW.id;
    ELSIF left(NEW.region_code, 6) <> left(OLD.region_code, 6) THEN
        UPDATE submission_terms SET county = left(NEW.region_code, 6) WHERE submission_id = NEW.id;
        UPDATE submission_suggestions SET cluster_id = NULL WHERE submission_id = NEW.id;
    END IF;
    RETURN NULL;
END $$;
ALTER TABLE submission_suggestions ADD cluster_id uuid REFERENCES clusters (id);
UPDATE submission_suggestions SET cluster_id = cluster_members.cluster_id FROM cluster_members
    WHERE cluster_members.submission_id = submission_suggestions.submission_id;
CREATE INDEX submission_suggestions_cluster ON submission_suggestions (cluster_id) WHERE cluster_id IS NOT NULL;
DROP TABLE cluster_members;
DROP FUNCTION fill_cluster_member, cluster_category;
