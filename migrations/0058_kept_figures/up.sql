-- 统计底数: what is closed and due is not counted again and again. A submission whose figures no longer change by time alone
-- is settled: what it adds to them stands in it (`counted_as`), and once, added up, in `kept_figures`. Everything else is
-- counted as it stands. A worker settles; whatever changes a settled submission, or what it was counted by, unsettles it in
-- the same transaction, so the sum of both is true at every moment.

-- What a submission adds. Keys are those of the statistics: an id, or 'none'.
CREATE TYPE submission_figures AS (
    -- In China.
    registered_on date, region_code text, site_id uuid, deputy text, office text, category text,
    -- Working days to the first answer.
    days smallint,
    -- The measures (domain::rates) that it meets.
    registered boolean, answered boolean, declined boolean, open boolean, closed boolean, overdue boolean,
    escalated boolean, escalated_open boolean, reopened boolean, due boolean, in_time boolean, rateable boolean,
    rated boolean, solved boolean, content boolean, satisfied boolean, basically_satisfied boolean, dissatisfied boolean
);
-- No part of it is missing: of a type with parts, `IS NULL` and `IS NOT NULL` are opposites only then.
ALTER TABLE submissions ADD counted_as submission_figures
    CONSTRAINT submissions_counted_whole CHECK (counted_as IS NULL OR counted_as IS NOT NULL);
-- What is still counted as it stands, and what may be settled.
CREATE INDEX submissions_unsettled_region ON submissions (region_code text_pattern_ops, submitted_at)
    WHERE counted_as IS NULL;
CREATE INDEX submissions_unsettled_site ON submissions (site_id, submitted_at) WHERE counted_as IS NULL;
CREATE INDEX submissions_to_settle ON submissions (first_due_at)
    WHERE counted_as IS NULL AND state = 'closed' AND confidential_region IS NULL;
-- Which were registered before a day and answered on it or later; small, because rows lie about as they came.
CREATE INDEX submissions_spans ON submissions USING brin (submitted_at, first_answered_at);

CREATE TABLE kept_figures (
    facet text NOT NULL CHECK (facet IN ('place', 'week', 'deputy', 'office', 'category')),
    -- Where: nine digits of the division, if it has so many.
    township text COLLATE "C" NOT NULL,
    -- First day of the month; facet 'week': the Monday.
    begins date NOT NULL,
    site_id uuid NOT NULL,
    -- Facet 'place': the whole code of the division; 'week': empty; the others: an id, or 'none'.
    key text NOT NULL,
    days smallint NOT NULL,
    registered integer NOT NULL, answered integer NOT NULL, declined integer NOT NULL, open integer NOT NULL,
    closed integer NOT NULL, overdue integer NOT NULL, escalated integer NOT NULL, escalated_open integer NOT NULL,
    reopened integer NOT NULL, due integer NOT NULL, in_time integer NOT NULL, rateable integer NOT NULL,
    rated integer NOT NULL, solved integer NOT NULL, content integer NOT NULL, satisfied integer NOT NULL,
    basically_satisfied integer NOT NULL, dissatisfied integer NOT NULL,
    PRIMARY KEY (facet, township, begins, site_id, key, days),
    -- What may never happen. Everything is registered, so a row without is gone.
    CHECK (registered > 0 AND least(
        answered, declined, open, closed, overdue, escalated, escalated_open, reopened, due, in_time, rateable, rated, solved,
        content, satisfied, basically_satisfied, dissatisfied) >= 0)
);
CREATE INDEX kept_figures_site ON kept_figures (site_id, facet, begins);

-- What was settled and unsettled since, in its order, until a worker adds it to the figures. Only ever added to, so that
-- nobody who acts on a submission waits for somebody who acts on another.
CREATE TABLE figure_changes (
    seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    times smallint NOT NULL CHECK (times IN (-1, 1)),
    counted submission_figures NOT NULL
);

-- The rows to which a submission adds, and how much.
CREATE FUNCTION figures_of(counted submission_figures, times integer) RETURNS SETOF kept_figures
LANGUAGE sql IMMUTABLE AS $$
    SELECT facet, left(counted.region_code, 9), date_trunc(unit, counted.registered_on::timestamp)::date, counted.site_id, key,
        counted.days, times * counted.registered::integer, times * counted.answered::integer,
        times * counted.declined::integer, times * counted.open::integer, times * counted.closed::integer,
        times * counted.overdue::integer, times * counted.escalated::integer, times * counted.escalated_open::integer,
        times * counted.reopened::integer, times * counted.due::integer, times * counted.in_time::integer,
        times * counted.rateable::integer, times * counted.rated::integer, times * counted.solved::integer,
        times * counted.content::integer, times * counted.satisfied::integer, times * counted.basically_satisfied::integer,
        times * counted.dissatisfied::integer
    FROM (VALUES ('place', 'month', counted.region_code), ('week', 'week', ''), ('deputy', 'month', counted.deputy),
        ('office', 'month', counted.office), ('category', 'month', counted.category)) AS facets (facet, unit, key)
$$;

-- Adds the oldest changes to the figures, and says how many; one at a time. What falls to nothing is removed: nobody looks
-- for it.
CREATE FUNCTION fold_figures(most bigint) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    -- By name: an earlier number may be committed later.
    taken bigint[];
BEGIN
    PERFORM pg_advisory_xact_lock('kept_figures'::regclass::bigint);
    taken := ARRAY(SELECT seq FROM figure_changes ORDER BY seq LIMIT most);
    MERGE INTO kept_figures AS kept USING (
        SELECT facet, township, begins, site_id, key, days,
            sum(registered) AS registered, sum(answered) AS answered, sum(declined) AS declined, sum(open) AS open,
            sum(closed) AS closed, sum(overdue) AS overdue, sum(escalated) AS escalated,
            sum(escalated_open) AS escalated_open, sum(reopened) AS reopened, sum(due) AS due, sum(in_time) AS in_time,
            sum(rateable) AS rateable, sum(rated) AS rated, sum(solved) AS solved, sum(content) AS content,
            sum(satisfied) AS satisfied, sum(basically_satisfied) AS basically_satisfied, sum(dissatisfied) AS dissatisfied
        FROM figure_changes, figures_of(counted, times) WHERE seq = ANY (taken)
        GROUP BY facet, township, begins, site_id, key, days
    ) AS added ON (kept.facet, kept.township, kept.begins, kept.site_id, kept.key, kept.days)
        = (added.facet, added.township, added.begins, added.site_id, added.key, added.days)
    WHEN MATCHED AND kept.registered + added.registered = 0 THEN DELETE
    WHEN MATCHED THEN UPDATE SET
        registered = kept.registered + added.registered, answered = kept.answered + added.answered,
        declined = kept.declined + added.declined, open = kept.open + added.open, closed = kept.closed + added.closed,
        overdue = kept.overdue + added.overdue, escalated = kept.escalated + added.escalated,
        escalated_open = kept.escalated_open + added.escalated_open, reopened = kept.reopened + added.reopened,
        due = kept.due + added.due, in_time = kept.in_time + added.in_time, rateable = kept.rateable + added.rateable,
        rated = kept.rated + added.rated, solved = kept.solved + added.solved, content = kept.content + added.content,
        satisfied = kept.satisfied + added.satisfied,
        basically_satisfied = kept.basically_satisfied + added.basically_satisfied,
        dissatisfied = kept.dissatisfied + added.dissatisfied
    WHEN NOT MATCHED AND added.registered <> 0 THEN INSERT VALUES (
        added.facet, added.township, added.begins, added.site_id, added.key, added.days,
        added.registered, added.answered, added.declined, added.open, added.closed, added.overdue, added.escalated,
        added.escalated_open, added.reopened, added.due, added.in_time, added.rateable, added.rated, added.solved,
        added.content, added.satisfied, added.basically_satisfied, added.dissatisfied);
    DELETE FROM figure_changes WHERE seq = ANY (taken);
    RETURN cardinality(taken);
END $$;

CREATE FUNCTION unsettle() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.counted_as := NULL;
    RETURN NEW;
END $$;
CREATE TRIGGER submissions_unsettle BEFORE UPDATE ON submissions FOR EACH ROW
    WHEN (OLD.counted_as IS NOT NULL AND NEW.counted_as IS NOT DISTINCT FROM OLD.counted_as) EXECUTE FUNCTION unsettle();

CREATE FUNCTION note_figures() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.counted_as IS NOT NULL THEN
        INSERT INTO figure_changes (times, counted) VALUES (-1, OLD.counted_as);
    END IF;
    IF NEW.counted_as IS NOT NULL THEN
        INSERT INTO figure_changes (times, counted) VALUES (1, NEW.counted_as);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER submissions_figures_begin AFTER INSERT ON submissions FOR EACH ROW
    WHEN (NEW.counted_as IS NOT NULL) EXECUTE FUNCTION note_figures();
CREATE TRIGGER submissions_figures_change AFTER UPDATE ON submissions FOR EACH ROW
    WHEN (OLD.counted_as IS DISTINCT FROM NEW.counted_as) EXECUTE FUNCTION note_figures();
CREATE TRIGGER submissions_figures_end AFTER DELETE ON submissions FOR EACH ROW
    WHEN (OLD.counted_as IS NOT NULL) EXECUTE FUNCTION note_figures();

-- What a submission was counted by lies elsewhere too. They are locked first: whoever settles one of them right now has not
-- seen what changed.
CREATE FUNCTION unsettle_these(concerned uuid[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM submissions WHERE id = ANY (concerned) ORDER BY id FOR NO KEY UPDATE;
    UPDATE submissions SET counted_as = NULL WHERE id = ANY (concerned) AND counted_as IS NOT NULL;
END $$;
-- The office that had it last.
CREATE FUNCTION unsettle_handed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM unsettle_these(ARRAY(SELECT submission_id FROM handover_submissions WHERE handover_id = NEW.id));
    RETURN NULL;
END $$;
CREATE TRIGGER handovers_unsettle AFTER UPDATE ON handovers FOR EACH ROW
    WHEN ((OLD.office_id, OLD.handed_at, OLD.state IN ('refused', 'withdrawn'))
        IS DISTINCT FROM (NEW.office_id, NEW.handed_at, NEW.state IN ('refused', 'withdrawn')))
    EXECUTE FUNCTION unsettle_handed();
-- ... and whether it was ever escalated.
CREATE FUNCTION unsettle_named() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM unsettle_these(ARRAY[OLD.submission_id, NEW.submission_id]);
    RETURN NULL;
END $$;
CREATE TRIGGER handover_submissions_unsettle AFTER INSERT OR UPDATE OR DELETE ON handover_submissions
    FOR EACH ROW EXECUTE FUNCTION unsettle_named();
CREATE TRIGGER events_unsettle AFTER INSERT ON events FOR EACH ROW
    WHEN (NEW.kind = 'escalated') EXECUTE FUNCTION unsettle_named();
-- The first level of its category. No program renames a category; who does it by hand has all of them counted again.
CREATE FUNCTION unsettle_categorised() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE submissions SET counted_as = NULL WHERE counted_as IS NOT NULL AND category_id IS NOT NULL;
    RETURN NULL;
END $$;
CREATE TRIGGER categories_unsettle AFTER UPDATE ON categories FOR EACH ROW
    WHEN (OLD.path <> NEW.path) EXECUTE FUNCTION unsettle_categorised();
-- Working days. At the end of the transaction: what is only tried, or takes long, holds nobody up.
CREATE FUNCTION unsettle_spanning() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    changed date;
BEGIN
    FOREACH changed IN ARRAY ARRAY[OLD.day, NEW.day] LOOP
        UPDATE submissions SET counted_as = NULL
            WHERE submitted_at < changed::timestamp AT TIME ZONE 'Asia/Shanghai'
            AND first_answered_at >= changed::timestamp AT TIME ZONE 'Asia/Shanghai' AND counted_as IS NOT NULL;
    END LOOP;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER calendar_days_unsettle AFTER INSERT OR DELETE ON calendar_days
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION unsettle_spanning();
CREATE CONSTRAINT TRIGGER calendar_days_change_unsettle AFTER UPDATE ON calendar_days
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN ((OLD.day, OLD.is_off) <> (NEW.day, NEW.is_off))
    EXECUTE FUNCTION unsettle_spanning();
