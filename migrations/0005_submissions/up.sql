-- What residents say (民意), what happened with it, and what was answered.
CREATE TABLE submissions (
    id uuid PRIMARY KEY,
    number text NOT NULL UNIQUE CHECK (number ~ '^\d{8}-[34679ACDEFGHJKMNPRTVWXY]{7}$'),
    receipt text NOT NULL UNIQUE CHECK (receipt ~ '^[34679ACDEFGHJKMNPRTVWXY]{20}$'),
    -- A repeated send is the same submission: same key, same digest of the request.
    idempotency_key text NOT NULL UNIQUE CHECK (length(idempotency_key) BETWEEN 8 AND 128),
    request_digest bytea NOT NULL CHECK (octet_length(request_digest) = 32),
    code_id uuid NOT NULL REFERENCES codes (id),
    grid_id uuid NOT NULL REFERENCES grids (id),
    site_id uuid NOT NULL REFERENCES sites (id),
    region_code text NOT NULL REFERENCES regions (code),
    kind text NOT NULL CHECK (kind IN ('opinion', 'problem', 'suggestion', 'thanks')),
    text text NOT NULL CHECK (char_length(text) BETWEEN 5 AND 4000),
    longitude double precision CHECK (longitude BETWEEN -180 AND 180),
    latitude double precision CHECK (latitude BETWEEN -90 AND 90),
    coordinate_system text CHECK (coordinate_system IN ('wgs84', 'gcj02')),
    address text CHECK (char_length(address) <= 200),
    -- Sealed by the program (AES-256-GCM, key id inside); the index finds a receipt by phone without opening it.
    contact_name_sealed bytea,
    contact_phone_sealed bytea,
    phone_index bytea CHECK (octet_length(phone_index) = 32),
    -- Null: the station's staff answer.
    assignee_deputy_id uuid REFERENCES deputies (id),
    route_reason text NOT NULL CHECK (route_reason IN ('on_duty', 'lead', 'assistant', 'station_staff')),
    state text NOT NULL CHECK (state IN ('registered', 'answered', 'reopened', 'closed')),
    -- Counts reopenings; the clock of each round is its own.
    round smallint NOT NULL DEFAULT 0 CHECK (round BETWEEN 0 AND 1),
    submitted_at timestamptz NOT NULL,
    answer_due_at timestamptz NOT NULL CHECK (answer_due_at > submitted_at),
    answer_due_provisional boolean NOT NULL,
    overdue_at timestamptz,
    escalated_at timestamptz,
    first_answered_at timestamptz CHECK (first_answered_at >= submitted_at),
    closed_at timestamptz,
    close_reason text CHECK (close_reason IN ('rated', 'no_rating')),
    CHECK ((longitude IS NULL) = (latitude IS NULL) AND (longitude IS NULL) = (coordinate_system IS NULL)),
    CHECK ((contact_phone_sealed IS NULL) = (phone_index IS NULL)),
    CHECK ((assignee_deputy_id IS NULL) = (route_reason = 'station_staff')),
    -- 登记必复: nothing closes without an answer.
    CHECK ((state = 'registered') = (first_answered_at IS NULL)),
    CHECK ((state = 'closed') = (closed_at IS NOT NULL) AND (state = 'closed') = (close_reason IS NOT NULL)),
    CHECK (state <> 'reopened' OR round > 0)
);
CREATE INDEX submissions_deputy ON submissions (assignee_deputy_id, submitted_at DESC, id DESC);
CREATE INDEX submissions_site ON submissions (site_id, submitted_at DESC, id DESC);
CREATE INDEX submissions_region ON submissions (region_code text_pattern_ops, submitted_at DESC, id DESC);
-- For wide regions: newest first without sorting all that lies there.
CREATE INDEX submissions_recent ON submissions (submitted_at DESC, id DESC);
CREATE INDEX submissions_open ON submissions (answer_due_at, id) WHERE state IN ('registered', 'reopened');
CREATE INDEX submissions_phone ON submissions (phone_index) WHERE phone_index IS NOT NULL;

CREATE TABLE answers (
    id uuid PRIMARY KEY,
    submission_id uuid NOT NULL REFERENCES submissions (id),
    author_account_id uuid NOT NULL REFERENCES accounts (id),
    author_name text NOT NULL CHECK (author_name <> ''),
    text text NOT NULL CHECK (char_length(text) BETWEEN 2 AND 4000),
    answered_at timestamptz NOT NULL,
    -- A repeated send is the same answer: same key, same author.
    idempotency_key text CHECK (length(idempotency_key) BETWEEN 8 AND 128),
    UNIQUE (submission_id, author_account_id, idempotency_key)
);
CREATE INDEX answers_submission ON answers (submission_id, answered_at);

CREATE TABLE photos (
    -- Cannot be guessed: whoever knows the id of a photo that is not yet attached may attach it. Random (v4), or made
    -- of a form's key and the picture (v8), so that the same form sent again brings the same photo.
    id uuid PRIMARY KEY,
    object_name text NOT NULL UNIQUE,
    thumbnail_name text NOT NULL UNIQUE,
    width integer NOT NULL CHECK (width > 0),
    height integer NOT NULL CHECK (height > 0),
    size_bytes bigint NOT NULL CHECK (size_bytes > 0),
    uploaded_at timestamptz NOT NULL,
    submission_id uuid REFERENCES submissions (id),
    answer_id uuid REFERENCES answers (id),
    position smallint CHECK (position BETWEEN 0 AND 8),
    CHECK (num_nonnulls(submission_id, answer_id) <= 1),
    CHECK ((num_nonnulls(submission_id, answer_id) = 0) = (position IS NULL)),
    UNIQUE (submission_id, position),
    UNIQUE (answer_id, position)
);
CREATE INDEX photos_unattached ON photos (uploaded_at) WHERE submission_id IS NULL AND answer_id IS NULL;

-- Lets a single statement that attaches photos fail as a whole when one of them is not to be had.
CREATE FUNCTION refuse_missing_photo(photo uuid) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'photo % is missing or taken', photo
        USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'photo_missing', DETAIL = photo;
END $$;

CREATE TABLE ratings (
    submission_id uuid NOT NULL REFERENCES submissions (id),
    round smallint NOT NULL,
    solved boolean NOT NULL,
    satisfaction text NOT NULL CHECK (satisfaction IN ('satisfied', 'basically_satisfied', 'dissatisfied')),
    comment text CHECK (char_length(comment) <= 500),
    rated_at timestamptz NOT NULL,
    PRIMARY KEY (submission_id, round)
);

-- The timeline. Append-only: a row is never changed or removed.
CREATE TABLE events (
    id uuid PRIMARY KEY,
    submission_id uuid NOT NULL REFERENCES submissions (id),
    kind text NOT NULL CHECK (kind IN ('registered', 'routed', 'notified', 'reminded', 'overdue', 'escalated',
                                       'answered', 'rated', 'reopened', 'closed', 'contact_viewed')),
    actor text NOT NULL CHECK (actor IN ('resident', 'account', 'clock')),
    actor_account_id uuid REFERENCES accounts (id),
    is_public boolean NOT NULL,
    data jsonb NOT NULL DEFAULT '{}',
    occurred_at timestamptz NOT NULL,
    CHECK ((actor = 'account') = (actor_account_id IS NOT NULL))
);
CREATE INDEX events_submission ON events (submission_id, occurred_at, id);

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER events_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON events
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER answers_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON answers
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
