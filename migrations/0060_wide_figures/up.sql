-- What many rows were read for. The figures of a county and more are kept without stations too, whatever is not open is
-- settled, and a list is counted in an index alone.

-- Of what is answered or declined, only an act changes the figures as well: nothing of it falls due any more.
DROP INDEX submissions_to_settle;
CREATE INDEX submissions_to_settle ON submissions (first_due_at)
    WHERE counted_as IS NULL AND state IN ('answered', 'declined', 'closed') AND confidential_region IS NULL;

-- The facets of a county have its six digits for a township, and no site.
ALTER TABLE kept_figures DROP CONSTRAINT kept_figures_facet_check, ADD CONSTRAINT kept_figures_facet_check CHECK (facet IN (
    'place', 'week', 'deputy', 'office', 'category', 'county', 'county_week', 'county_office', 'county_category'));
CREATE OR REPLACE FUNCTION figures_of(counted submission_figures, times integer) RETURNS SETOF kept_figures
LANGUAGE sql IMMUTABLE AS $$
    SELECT facet, left(counted.region_code, digits), date_trunc(unit, counted.registered_on::timestamp)::date, site, key,
        counted.days, times * counted.registered::integer, times * counted.answered::integer,
        times * counted.declined::integer, times * counted.open::integer, times * counted.closed::integer,
        times * counted.overdue::integer, times * counted.escalated::integer, times * counted.escalated_open::integer,
        times * counted.reopened::integer, times * counted.due::integer, times * counted.in_time::integer,
        times * counted.rateable::integer, times * counted.rated::integer, times * counted.solved::integer,
        times * counted.content::integer, times * counted.satisfied::integer, times * counted.basically_satisfied::integer,
        times * counted.dissatisfied::integer
    FROM (VALUES ('place', 'month', 9, counted.site_id, counted.region_code), ('week', 'week', 9, counted.site_id, ''),
        ('deputy', 'month', 9, counted.site_id, counted.deputy), ('office', 'month', 9, counted.site_id, counted.office),
        ('category', 'month', 9, counted.site_id, counted.category),
        ('county', 'month', 6, uuid '00000000-0000-0000-0000-000000000000', left(counted.region_code, 6)),
        ('county_week', 'week', 6, uuid '00000000-0000-0000-0000-000000000000', ''),
        ('county_office', 'month', 6, uuid '00000000-0000-0000-0000-000000000000', counted.office),
        ('county_category', 'month', 6, uuid '00000000-0000-0000-0000-000000000000', counted.category)
    ) AS facets (facet, unit, digits, site, key)
$$;
-- What is settled already; what is not added up yet goes through the function above.
INSERT INTO kept_figures
SELECT wide.facet, left(township, 6), begins, uuid '00000000-0000-0000-0000-000000000000',
    CASE narrow WHEN 'place' THEN left(key, 6) ELSE key END, days, sum(registered), sum(answered), sum(declined), sum(open),
    sum(closed), sum(overdue), sum(escalated), sum(escalated_open), sum(reopened), sum(due), sum(in_time), sum(rateable),
    sum(rated), sum(solved), sum(content), sum(satisfied), sum(basically_satisfied), sum(dissatisfied)
FROM kept_figures AS kept JOIN (VALUES ('place', 'county'), ('week', 'county_week'), ('office', 'county_office'),
    ('category', 'county_category')) AS wide (narrow, facet) ON kept.facet = narrow
GROUP BY 1, 2, 3, 5, 6;

-- With all that counting a place's list asks, so that it reads no submission. That holds for what was vacuumed since it
-- changed: by itself Postgres would wait until a fifth of all rows had changed, months with millions of them.
DROP INDEX submissions_region;
CREATE INDEX submissions_region ON submissions (region_code text_pattern_ops, submitted_at DESC, id DESC)
    INCLUDE (confidential_region);
ALTER TABLE submissions SET (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_insert_scale_factor = 0.02);
