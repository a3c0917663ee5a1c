-- 见面、答复活动、回访: what is not settled in writing.

-- 接待时段: how the duty days of a site are cut into slots. A site without any row has the usual hours, which the
-- program knows; rows for a weekday take the place of those for every day.
CREATE TABLE slot_schemes (
    id uuid PRIMARY KEY,
    site_id uuid NOT NULL REFERENCES sites (id),
    -- 1 Monday … 7 Sunday; null: every day.
    weekday smallint CHECK (weekday BETWEEN 1 AND 7),
    -- Minutes after midnight in China.
    from_minute smallint NOT NULL CHECK (from_minute >= 0),
    until_minute smallint NOT NULL CHECK (until_minute <= 1440),
    slot_minutes smallint NOT NULL CHECK (slot_minutes BETWEEN 5 AND 480),
    -- Appointments that the site has room for at once.
    capacity smallint NOT NULL CHECK (capacity BETWEEN 1 AND 100),
    CHECK (until_minute - from_minute >= slot_minutes),
    EXCLUDE USING gist (
        site_id WITH =, coalesce(weekday, 0) WITH =, int4range(from_minute, until_minute) WITH &&)
);

-- 预约见面: a resident and a deputy, bound to what the resident has written.
CREATE TABLE appointments (
    id uuid PRIMARY KEY,
    submission_id uuid NOT NULL REFERENCES submissions (id),
    site_id uuid NOT NULL REFERENCES sites (id),
    deputy_id uuid NOT NULL REFERENCES deputies (id),
    starts_at timestamptz NOT NULL,
    ends_at timestamptz NOT NULL CHECK (ends_at > starts_at),
    state text NOT NULL CHECK (state IN ('asked', 'confirmed', 'declined', 'cancelled', 'held', 'missed')),
    -- Who has to say yes is the other one.
    asked_by text NOT NULL CHECK (asked_by IN ('resident', 'handler')),
    asked_by_account_id uuid REFERENCES accounts (id),
    asked_at timestamptz NOT NULL,
    note text CHECK (char_length(note) BETWEEN 2 AND 500),
    settled_at timestamptz CHECK (settled_at >= asked_at),
    -- Null: the resident settled it.
    settled_by_account_id uuid REFERENCES accounts (id),
    reason text CHECK (char_length(reason) BETWEEN 2 AND 500),
    -- What was said when they met, or that nobody came.
    record text CHECK (char_length(record) BETWEEN 2 AND 1000),
    CHECK ((asked_by = 'handler') = (asked_by_account_id IS NOT NULL)),
    CHECK ((state = 'asked') = (settled_at IS NULL)),
    CHECK (state <> 'declined' OR reason IS NOT NULL OR settled_by_account_id IS NULL),
    CHECK (state <> 'held' OR record IS NOT NULL),
    CHECK (state NOT IN ('held', 'missed') OR settled_at >= starts_at),
    -- A deputy meets one at a time.
    CONSTRAINT appointments_one_at_a_time EXCLUDE USING gist (
        deputy_id WITH =, tstzrange(starts_at, ends_at) WITH &&) WHERE (state IN ('asked', 'confirmed'))
);
CREATE UNIQUE INDEX appointments_one_active ON appointments (submission_id) WHERE state IN ('asked', 'confirmed');
CREATE INDEX appointments_submission ON appointments (submission_id, asked_at);
CREATE INDEX appointments_site ON appointments (site_id, starts_at);
CREATE INDEX appointments_deputy ON appointments (deputy_id, starts_at);

-- 居民诉求答复活动、联动接访: several people's matters, offices and deputies at one table.
CREATE TABLE hearings (
    id uuid PRIMARY KEY,
    -- Null: of the whole division.
    site_id uuid REFERENCES sites (id),
    region_code text NOT NULL REFERENCES regions (code),
    title text NOT NULL CHECK (char_length(title) BETWEEN 2 AND 100),
    kind text NOT NULL CHECK (kind IN ('answering', 'joint_reception')),
    starts_at timestamptz NOT NULL,
    ends_at timestamptz NOT NULL CHECK (ends_at > starts_at),
    place text NOT NULL CHECK (char_length(place) BETWEEN 1 AND 200),
    -- When this time was made known.
    noticed_at timestamptz NOT NULL,
    urgent_reason text CHECK (char_length(urgent_reason) BETWEEN 2 AND 500),
    state text NOT NULL CHECK (state IN ('planned', 'held', 'cancelled')),
    minutes text CHECK (char_length(minutes) BETWEEN 2 AND 8000),
    cancel_reason text CHECK (char_length(cancel_reason) BETWEEN 2 AND 500),
    planned_by_account_id uuid NOT NULL REFERENCES accounts (id),
    planned_at timestamptz NOT NULL,
    settled_at timestamptz,
    CHECK ((state = 'planned') = (settled_at IS NULL)),
    CHECK ((state = 'held') = (minutes IS NOT NULL)),
    CHECK ((state = 'cancelled') = (cancel_reason IS NOT NULL)),
    -- 提前三日公告.
    CONSTRAINT hearings_noticed_in_time CHECK (urgent_reason IS NOT NULL OR
        (starts_at AT TIME ZONE 'Asia/Shanghai')::date - (noticed_at AT TIME ZONE 'Asia/Shanghai')::date >= 3)
);
CREATE INDEX hearings_region ON hearings (region_code text_pattern_ops, starts_at DESC, id DESC);
CREATE INDEX hearings_site ON hearings (site_id, starts_at DESC);
-- The same plan sent twice is one.
CREATE UNIQUE INDEX hearings_planned_once ON hearings (planned_by_account_id, starts_at, title) WHERE state = 'planned';
CREATE TABLE hearing_submissions (
    hearing_id uuid NOT NULL REFERENCES hearings (id),
    submission_id uuid NOT NULL REFERENCES submissions (id),
    PRIMARY KEY (hearing_id, submission_id)
);
CREATE INDEX hearing_submissions_submission ON hearing_submissions (submission_id);
CREATE TABLE hearing_offices (
    hearing_id uuid NOT NULL REFERENCES hearings (id),
    office_id uuid NOT NULL REFERENCES offices (id),
    attended boolean NOT NULL DEFAULT false,
    PRIMARY KEY (hearing_id, office_id)
);
CREATE INDEX hearing_offices_office ON hearing_offices (office_id);
CREATE TABLE hearing_deputies (
    hearing_id uuid NOT NULL REFERENCES hearings (id),
    deputy_id uuid NOT NULL REFERENCES deputies (id),
    attended boolean NOT NULL DEFAULT false,
    PRIMARY KEY (hearing_id, deputy_id)
);
CREATE INDEX hearing_deputies_deputy ON hearing_deputies (deputy_id);

-- What was promised at the table is held to like what an office promised.
ALTER TABLE promises
    ADD hearing_id uuid REFERENCES hearings (id),
    ADD CONSTRAINT promises_one_source CHECK (num_nonnulls(handover_id, hearing_id) = 1);
CREATE INDEX promises_hearing ON promises (hearing_id) WHERE hearing_id IS NOT NULL;

-- 上门回访: after closing, everybody for whom it was not solved, and a sample of the others.
CREATE TABLE revisit_policy (
    the_one boolean PRIMARY KEY DEFAULT true CHECK (the_one),
    sample_percent smallint NOT NULL CHECK (sample_percent BETWEEN 0 AND 100),
    -- Calendar days after closing.
    due_days smallint NOT NULL CHECK (due_days BETWEEN 1 AND 400)
);
INSERT INTO revisit_policy (sample_percent, due_days) VALUES (10, 15);
CREATE TABLE revisits (
    id uuid PRIMARY KEY,
    submission_id uuid NOT NULL UNIQUE REFERENCES submissions (id),
    site_id uuid NOT NULL REFERENCES sites (id),
    reason text NOT NULL CHECK (reason IN ('sample', 'unsolved')),
    created_at timestamptz NOT NULL,
    due_at timestamptz NOT NULL CHECK (due_at > created_at),
    done_at timestamptz CHECK (done_at >= created_at),
    done_by_account_id uuid REFERENCES accounts (id),
    way text CHECK (way IN ('visit', 'phone')),
    outcome text CHECK (outcome IN ('solved', 'unsolved', 'unreachable')),
    satisfied boolean,
    note text CHECK (char_length(note) BETWEEN 2 AND 1000),
    CHECK (num_nulls(done_at, done_by_account_id, way, outcome) IN (0, 4)),
    CHECK (coalesce(outcome IN ('solved', 'unsolved'), false) = (satisfied IS NOT NULL)),
    CHECK (note IS NULL OR done_at IS NOT NULL)
);
CREATE INDEX revisits_open ON revisits (due_at, id) WHERE done_at IS NULL;
CREATE INDEX revisits_done ON revisits (done_at DESC, id DESC) WHERE done_at IS NOT NULL;
CREATE INDEX revisits_site ON revisits (site_id);
