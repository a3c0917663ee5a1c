ALTER TABLE submissions RESET (autovacuum_vacuum_scale_factor, autovacuum_vacuum_insert_scale_factor);
DROP INDEX submissions_region;
CREATE INDEX submissions_region ON submissions (region_code text_pattern_ops, submitted_at DESC, id DESC);
DELETE FROM kept_figures WHERE facet IN ('county', 'county_week', 'county_office', 'county_category');
CREATE OR REPLACE FUNCTION figures_of(counted submission_figures, times integer) RETURNS SETOF kept_figures
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
ALTER TABLE kept_figures DROP CONSTRAINT kept_figures_facet_check,
    ADD CONSTRAINT kept_figures_facet_check CHECK (facet IN ('place', 'week', 'deputy', 'office', 'category'));
DROP INDEX submissions_to_settle;
CREATE INDEX submissions_to_settle ON submissions (first_due_at)
    WHERE counted_as IS NULL AND state = 'closed' AND confidential_region IS NULL;
