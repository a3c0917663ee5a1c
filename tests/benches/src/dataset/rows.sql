-- Submissions as they would have come in over some time, on whatever grids there are; for a superuser. What is written
-- here is not checked against other tables and wakes nobody (`session_replication_role`), else it would take hours.
CREATE SCHEMA dataset;

-- The grids in an order of their own: the first ones get the most.
CREATE TABLE dataset.grids AS
SELECT row_number() OVER (ORDER BY md5(grids.id::text))::integer AS nr, grids.id AS grid_id, grids.site_id, grids.region_code,
    (SELECT codes.id FROM codes WHERE codes.grid_id = grids.id AND codes.state = 'active' LIMIT 1) AS code_id,
    lead.deputy_id, coalesce(accounts.id, staff.id) AS account_id
FROM grids
LEFT JOIN grid_assignments AS lead ON lead.grid_id = grids.id AND lead.role = 'lead' AND lead.valid_until IS NULL
LEFT JOIN accounts ON accounts.deputy_id = lead.deputy_id
LEFT JOIN LATERAL (SELECT id FROM accounts WHERE accounts.site_id = grids.site_id LIMIT 1) AS staff ON true;
CREATE TABLE dataset.categories AS
SELECT row_number() OVER (ORDER BY position)::integer AS nr, id, name FROM categories WHERE level = 1;
-- Working days, numbered through as the statistics do it.
CREATE TABLE dataset.days AS
SELECT series.day::date, count(*) FILTER (
    WHERE coalesce(NOT is_off, extract(isodow FROM series.day) < 6)) OVER (ORDER BY series.day) AS nth
FROM generate_series(date '2000-01-01', '2100-01-01', interval '1 day') AS series (day)
LEFT JOIN calendar_days ON calendar_days.day = series.day;
ALTER TABLE dataset.days ADD PRIMARY KEY (day);
ANALYZE dataset.grids, dataset.categories, dataset.days;

-- Indexes that are made again at the end: much cheaper than growing them row by row. Primary keys stay, because what is
-- written comes in their order; only figures do not.
CREATE TABLE dataset.aside (definition text);
CREATE FUNCTION dataset.lay_aside(VARIADIC names regclass[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    found record;
BEGIN
    FOR found IN
        SELECT indexrelid::regclass AS name, indrelid::regclass AS owner, conname, pg_get_constraintdef(pg_constraint.oid) AS rule
        FROM pg_index LEFT JOIN pg_constraint ON conindid = indexrelid AND contype IN ('p', 'u')
        WHERE indrelid = ANY (names) AND (NOT indisprimary OR indrelid = 'kept_figures'::regclass)
    LOOP
        IF found.conname IS NULL THEN
            INSERT INTO dataset.aside VALUES (pg_get_indexdef(found.name));
            EXECUTE format('DROP INDEX %s', found.name);
        ELSE
            INSERT INTO dataset.aside VALUES (
                format('ALTER TABLE %s ADD CONSTRAINT %I %s', found.owner, found.conname, found.rule));
            EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', found.owner, found.conname);
        END IF;
    END LOOP;
END $$;
CREATE FUNCTION dataset.put_back() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    known text;
BEGIN
    FOR known IN SELECT definition FROM dataset.aside LOOP
        EXECUTE known;
    END LOOP;
    DELETE FROM dataset.aside;
END $$;

-- Names that the program takes for right (domain::token), a different one for each of the first sixteen million rows.
-- Six characters and the one that makes the sum of position × value a multiple of 23; 10 × 7 is one more than that.
CREATE FUNCTION dataset.number(n bigint) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT translate(lpad(to_hex(n & 16777215), 6, '0'), '0123456789abcdef', '34679ACDEFGHJKMN')
        || substr('34679ACDEFGHJKMNPRTVWXY', 1 + ((23 - ((n >> 20 & 15) + 2 * (n >> 16 & 15) + 3 * (n >> 12 & 15)
            + 4 * (n >> 8 & 15) + 5 * (n >> 4 & 15) + 6 * (n & 15)) % 23) * 10 % 23)::integer, 1)
$$;
-- The same from both ends: the positions of a pair are 23 together. Scattered over the index, as random ones are.
CREATE FUNCTION dataset.receipt(n bigint) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT translate('00' || half || reverse(half), '0123456789abcdef', '34679ACDEFGHJKMN')
    FROM (SELECT lpad(to_hex(n * 2654435761 & 68719476735), 9, '0') AS half) AS halves
$$;

-- Rows number `low` to `high` of those from `first` to `last`, which are spread evenly over `span` until `until`.
-- `searchable`: with the telling words of the last 180 days, and what many say. `told`: each with the event of its
-- registration and the message to who is responsible.
CREATE FUNCTION dataset.fill(
    low bigint, high bigint, first bigint, last bigint, until timestamptz, span interval, searchable boolean, told boolean
) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    most_grids integer := (SELECT count(*) FROM dataset.grids);
    most_categories integer := (SELECT count(*) FROM dataset.categories);
BEGIN
    CREATE TEMPORARY TABLE made ON COMMIT DROP AS
    WITH drawn AS MATERIALIZED (
        SELECT n, md5('submission' || n) AS hash, until - span * (1 - (n - first + random()) / (last - first + 1)) AS instant,
            1 + floor(most_grids * power(random(), 1.5))::integer AS grid, random() AS by_state, random() AS by_kind,
            random() AS by_answer, random() AS by_close, random() AS by_rest
        FROM generate_series(low, high) AS n
    ),
    timed AS MATERIALIZED (
        -- People write between seven and ten in the evening (China); today they have not come to the evening yet.
        SELECT *, CASE WHEN instant >= date_trunc('day', until) THEN instant
            ELSE date_trunc('day', instant) + (instant - date_trunc('day', instant)) * 0.625 - interval '1 hour'
            END AS submitted_at
        FROM drawn
    ),
    staged AS MATERIALIZED (
        SELECT *, CASE
            WHEN until - submitted_at < interval '7 days' THEN CASE
                WHEN by_state < 0.25 THEN 'registered' WHEN by_state < 0.60 THEN 'accepted'
                WHEN by_state < 0.70 THEN 'handed_over' WHEN by_state < 0.75 THEN 'awaiting_resident'
                WHEN by_state < 0.95 THEN 'answered' ELSE 'declined' END
            WHEN until - submitted_at < interval '25 days' THEN CASE
                WHEN by_state < 0.02 THEN 'accepted' WHEN by_state < 0.04 THEN 'handed_over'
                WHEN by_state < 0.50 THEN 'answered' WHEN by_state < 0.52 THEN 'declined' ELSE 'closed' END
            WHEN by_state < 0.001 THEN 'handed_over' WHEN by_state < 0.0015 THEN 'reopened' ELSE 'closed' END AS state
        FROM timed
    ),
    answered AS MATERIALIZED (
        SELECT *, CASE WHEN state IN ('answered', 'declined', 'reopened', 'closed')
            THEN submitted_at + least(until - submitted_at, interval '8 days') * by_answer END AS first_answered_at
        FROM staged
    )
    SELECT (lpad(to_hex((extract(epoch FROM submitted_at) * 1000)::bigint), 12, '0') || '7' || left(hash, 3) || '8'
            || right(hash, 15))::uuid AS id,
        answered.*, grid_id, site_id, region_code, code_id, account_id,
        CASE WHEN by_kind < 0.85 THEN deputy_id END AS deputy_id, dataset.categories.id AS category_id,
        CASE WHEN state = 'closed' THEN CASE WHEN by_close < 0.03 THEN 'declined' WHEN by_close < 0.58 THEN 'rated'
            ELSE 'no_rating' END END AS close_reason
    FROM answered JOIN dataset.grids ON grids.nr = grid
    LEFT JOIN dataset.categories ON dataset.categories.nr = 1 + floor(most_categories * by_rest / 0.7)::integer;

    INSERT INTO submissions (
        id, number, receipt, idempotency_key, request_digest, code_id, grid_id, site_id, region_code, kind, text,
        longitude, latitude, coordinate_system, contact_phone_sealed, phone_index, assignee_deputy_id, route_reason, state,
        round, clock, submitted_at, clock_started_at, answer_due_at, answer_due_provisional, overdue_at, first_answered_at,
        first_due_at, closed_at, close_reason, decline_kind, rated_solved, rated_satisfaction, urgency, category_id,
        categorised_by_account_id, categorised_at, counted_as, counted_until)
    SELECT id, to_char(submitted_at, 'YYYYMMDD-') || dataset.number(n), dataset.receipt(n), hash, decode(hash || hash, 'hex'),
        code_id, grid_id, site_id, region_code,
        CASE WHEN by_kind < 0.6 THEN 'problem' WHEN by_kind < 0.8 THEN 'suggestion' WHEN by_kind < 0.95 THEN 'opinion'
            ELSE 'thanks' END,
        (ARRAY['路灯坏了半个多月，老人晚上出门看不清路', '小区门口的窨井盖松动，车子压过去很响', '垃圾堆了三天没有人清运，味道很大',
            '工地夜里十一点还在施工，孩子睡不着', '公交车班次太少，早上等半个小时才来一趟', '楼上漏水，物业说没有维修资金',
            '建议在幼儿园门口划一条人行横道', '河里的水发黑发臭，希望查一查上游的排放'])[1 + floor(by_answer * 8)::integer]
            || '。第' || n || '件，请代表帮忙反映，谢谢。',
        longitude, longitude - 90, CASE WHEN longitude IS NOT NULL THEN 'gcj02' END,
        CASE WHEN by_rest < 0.4 THEN decode(hash, 'hex') END, CASE WHEN by_rest < 0.4 THEN decode(hash || hash, 'hex') END,
        deputy_id, CASE WHEN deputy_id IS NULL THEN 'station_staff' ELSE 'lead' END, state,
        (state = 'reopened')::integer, (state = 'reopened')::integer, submitted_at, submitted_at,
        submitted_at + interval '7 days', false,
        CASE WHEN state IN ('accepted', 'handed_over', 'reopened') AND until - submitted_at > interval '7 days'
            THEN submitted_at + interval '7 days' END,
        first_answered_at, CASE WHEN first_answered_at IS NOT NULL THEN submitted_at + interval '7 days' END,
        CASE WHEN state = 'closed' THEN first_answered_at + least(until - first_answered_at, interval '15 days') * by_close END,
        close_reason, CASE WHEN state = 'declined' OR close_reason = 'declined' THEN 'repeat' END,
        CASE WHEN close_reason = 'rated' THEN by_answer < 0.8 END,
        CASE WHEN close_reason = 'rated' THEN CASE WHEN by_answer < 0.6 THEN 'satisfied' WHEN by_answer < 0.85
            THEN 'basically_satisfied' ELSE 'dissatisfied' END END,
        CASE WHEN by_close > 0.995 THEN 'hard' WHEN by_close > 0.97 THEN 'urgent' ELSE 'normal' END,
        category_id, CASE WHEN category_id IS NOT NULL THEN account_id END,
        CASE WHEN category_id IS NOT NULL THEN submitted_at END,
        -- As a worker settles what is quiet.
        CASE WHEN settled THEN ROW(
            since.day, region_code, site_id, coalesce(deputy_id::text, 'none'), 'none', coalesce(category_id::text, 'none'),
            coalesce(answered.nth - since.nth, -1), true, first_answered_at IS NOT NULL, declined,
            state NOT IN ('answered', 'declined', 'closed'), state = 'closed',
            overdue AND state IN ('registered', 'accepted', 'handed_over', 'reopened'), false, false, state = 'reopened',
            due, due AND coalesce(first_answered_at <= submitted_at + interval '7 days', false),
            first_answered_at IS NOT NULL AND NOT declined, rated, rated AND by_answer < 0.8,
            rated AND by_answer < 0.85, rated AND by_answer < 0.6, rated AND by_answer >= 0.6 AND by_answer < 0.85,
            rated AND by_answer >= 0.85)::submission_figures END,
        CASE WHEN settled AND NOT overdue AND state <> 'awaiting_resident' THEN submitted_at + interval '7 days' END
    FROM (
        SELECT *, CASE WHEN by_state < 0.3 THEN 120 + by_kind END AS longitude,
            'declined' IN (state, coalesce(close_reason, '')) AS declined, coalesce(close_reason = 'rated', false) AS rated,
            submitted_at + interval '7 days' < until AS overdue,
            submitted_at + interval '7 days' < until AND state <> 'awaiting_resident' AS due,
            submitted_at < until - interval '1 hour' AND (state = 'awaiting_resident'
                OR abs(extract(epoch FROM submitted_at + interval '7 days' - until)) > 3600) AS settled
        FROM made
    ) AS placed
    LEFT JOIN dataset.days AS since ON since.day = (submitted_at AT TIME ZONE 'Asia/Shanghai')::date
    LEFT JOIN dataset.days AS answered ON answered.day = (first_answered_at AT TIME ZONE 'Asia/Shanghai')::date;

    IF searchable THEN
        INSERT INTO submission_terms (county, term, submitted_at, submission_id, weight)
        SELECT left(region_code, 6), format('词%s甲%s', slot, floor(300 * power(random(), 2))), submitted_at, id,
            0.25 + random() * 0.3
        FROM made, generate_series(1, 6) AS slot WHERE until - submitted_at < interval '180 days';
        INSERT INTO cluster_members (submission_id, cluster_id, region_code, site_id, grid_id, submitted_at, category)
        SELECT id, md5('cluster' || left(region_code, 6) || floor(200 * power(by_answer, 2)))::uuid, region_code, site_id,
            grid_id, submitted_at, (SELECT name FROM dataset.categories WHERE categories.id = category_id)
        FROM made WHERE until - submitted_at < interval '180 days' AND by_close < 0.15;
    END IF;
    IF told THEN
        INSERT INTO events (id, submission_id, kind, actor, is_public, occurred_at, seq, digest)
        SELECT id, id, 'registered', 'resident', true, submitted_at, 1, decode(hash || hash, 'hex') FROM made;
        INSERT INTO event_heads (submission_id, seq, digest) SELECT id, 1, decode(hash || hash, 'hex') FROM made;
        INSERT INTO notifications (
            id, event_id, submission_id, account_id, channel, template, state, attempts, due_at, published_at, sending_at,
            finished_at, error, provider_message_id, created_at)
        SELECT id, id, id, account_id, 'wechat', 'deputy_new', state, 1, submitted_at, submitted_at, submitted_at,
            CASE WHEN state IN ('sent', 'dead') THEN submitted_at + interval '80 milliseconds' END,
            CASE WHEN state = 'dead' THEN 'require subscribe' END, CASE WHEN state = 'sent' THEN n::text END, submitted_at
        FROM (
            SELECT id, n, account_id, submitted_at, CASE WHEN by_answer < 0.9 THEN 'sent'
                WHEN until - submitted_at < interval '1 day' THEN 'waiting' WHEN by_answer > 0.998 THEN 'dead' ELSE 'sent'
                END AS state
            FROM made
        ) AS told;
    END IF;
END $$;

-- The kept figures of all that is settled. Month by month, and some weeks after the others, so that each part stays in memory.
CREATE FUNCTION dataset.keep_figures() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    part record;
BEGIN
    TRUNCATE kept_figures;
    PERFORM dataset.lay_aside('kept_figures');
    FOR part IN
        WITH bounds AS (SELECT min(submitted_at) AS oldest, max(submitted_at) AS newest FROM submissions)
        SELECT first, first + interval '1 month' AS after, false AS by_week
        FROM bounds, generate_series(date_trunc('month', oldest), newest + interval '1 day', interval '1 month') AS first
        UNION ALL
        SELECT first, first + interval '28 days', true
        FROM bounds, generate_series(date_trunc('week', oldest), newest + interval '1 day', interval '28 days') AS first
    LOOP
        INSERT INTO kept_figures
        SELECT added.facet, added.township, added.begins, added.site_id, added.key, added.days,
            sum(added.registered), sum(added.answered), sum(added.declined), sum(added.open), sum(added.closed),
            sum(added.overdue), sum(added.escalated), sum(added.escalated_open), sum(added.reopened), sum(added.due),
            sum(added.in_time), sum(added.rateable), sum(added.rated), sum(added.solved), sum(added.content),
            sum(added.satisfied), sum(added.basically_satisfied), sum(added.dissatisfied)
        FROM submissions, figures_of(counted_as, 1) AS added
        WHERE counted_as IS NOT NULL AND (added.facet IN ('week', 'county_week')) = part.by_week
            AND submitted_at >= part.first - interval '8 hours' AND submitted_at < part.after - interval '8 hours'
        GROUP BY added.facet, added.township, added.begins, added.site_id, added.key, added.days;
    END LOOP;
    PERFORM dataset.put_back();
END $$;

-- The clock of everything that is open: its five steps, as far as they lie ahead.
CREATE FUNCTION dataset.plan_steps(now timestamptz) RETURNS bigint LANGUAGE sql AS $$
    WITH planned AS (
        INSERT INTO deadline_steps (id, submission_id, step, due_at)
        SELECT gen_random_uuid(), submissions.id, step, answer_due_at + days * interval '1 day'
        FROM submissions, (VALUES ('remind', -1), ('overdue', 0), ('escalate_head', 0), ('escalate', 1),
            ('escalate_county', 15)) AS steps (step, days)
        WHERE submissions.state IN ('registered', 'accepted', 'handed_over', 'reopened')
            AND answer_due_at + days * interval '1 day' > now
        RETURNING 1
    )
    SELECT count(*) FROM planned
$$;
