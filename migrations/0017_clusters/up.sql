-- 热点: who belongs to which cluster stands in a narrow table of its own, beside what a list of clusters is limited by. So
-- counting a period reads one index, and no submission.
CREATE TABLE cluster_members (
    submission_id uuid PRIMARY KEY REFERENCES submissions (id),
    cluster_id uuid NOT NULL REFERENCES clusters (id),
    -- As in the submission.
    region_code text NOT NULL,
    site_id uuid NOT NULL REFERENCES sites (id),
    grid_id uuid NOT NULL REFERENCES grids (id),
    submitted_at timestamptz NOT NULL,
    -- Name of the first level: what a person chose, else what is suggested.
    category text
);

CREATE FUNCTION cluster_category(submission uuid, chosen uuid) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT coalesce((SELECT split_part(path, '/', 1) FROM categories WHERE id = chosen),
        (SELECT category FROM submission_suggestions WHERE submission_id = submission))
$$;

-- A member brings its submission and its cluster; the rest is read from the submission. A report on an official belongs
-- to no cluster.
CREATE FUNCTION fill_cluster_member() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    SELECT region_code, site_id, grid_id, submitted_at, cluster_category(id, category_id)
        INTO NEW.region_code, NEW.site_id, NEW.grid_id, NEW.submitted_at, NEW.category
        FROM submissions WHERE id = NEW.submission_id AND confidential_region IS NULL;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER cluster_members_fill BEFORE INSERT ON cluster_members
    FOR EACH ROW EXECUTE FUNCTION fill_cluster_member();

INSERT INTO cluster_members (submission_id, cluster_id)
    SELECT submission_id, cluster_id FROM submission_suggestions WHERE cluster_id IS NOT NULL;
CREATE INDEX cluster_members_cluster ON cluster_members (cluster_id, submitted_at DESC) INCLUDE (region_code, site_id);
CREATE INDEX cluster_members_region ON cluster_members (region_code text_pattern_ops, submitted_at)
    INCLUDE (cluster_id, category);
CREATE INDEX cluster_members_site ON cluster_members (site_id, submitted_at) INCLUDE (cluster_id, category);
-- For wide regions: a period of all of them, and no more.
CREATE INDEX cluster_members_recent ON cluster_members (submitted_at) INCLUDE (cluster_id, region_code, category);

DROP INDEX submission_suggestions_cluster;
ALTER TABLE submission_suggestions DROP cluster_id;

CREATE OR REPLACE FUNCTION keep_terms_true() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.confidential_region IS NOT NULL THEN
        DELETE FROM submission_terms WHERE submission_id = NEW.id;
        UPDATE submission_suggestions SET terms_from = NULL WHERE submission_id = NEW.id;
    ELSIF left(NEW.region_code, 6) <> left(OLD.region_code, 6) THEN
        UPDATE submission_terms SET county = left(NEW.region_code, 6) WHERE submission_id = NEW.id;
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION keep_cluster_true() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.confidential_region IS NOT NULL OR left(NEW.region_code, 6) <> left(OLD.region_code, 6) THEN
        DELETE FROM cluster_members WHERE submission_id = NEW.id;
    ELSE
        UPDATE cluster_members SET region_code = NEW.region_code, site_id = NEW.site_id, grid_id = NEW.grid_id,
            category = cluster_category(NEW.id, NEW.category_id)
            WHERE submission_id = NEW.id;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER submissions_keep_cluster_true
    AFTER UPDATE OF confidential_region, region_code, site_id, grid_id, category_id ON submissions
    FOR EACH ROW EXECUTE FUNCTION keep_cluster_true();
