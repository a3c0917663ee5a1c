-- Work still to be done: messages to people (the transactional outbox) and future steps of the clock.

-- A resident who asked to be told on WeChat how this one submission goes on.
CREATE TABLE resident_subscriptions (
    id uuid PRIMARY KEY,
    submission_id uuid NOT NULL REFERENCES submissions (id),
    wechat_openid text NOT NULL,
    created_at timestamptz NOT NULL,
    UNIQUE (submission_id, wechat_openid)
);

-- One row for one event, recipient and channel: written in the event's own transaction, kept as the record of delivery.
--   waiting → published → sending → sent | waiting (again, later) | unknown | dead;  unknown → published after a while;
--   void: what it tells of was over before it could be sent
CREATE TABLE notifications (
    id uuid PRIMARY KEY,
    event_id uuid NOT NULL REFERENCES events (id),
    submission_id uuid NOT NULL REFERENCES submissions (id),
    account_id uuid REFERENCES accounts (id),
    subscription_id uuid REFERENCES resident_subscriptions (id),
    channel text NOT NULL CHECK (channel IN ('wechat')),
    template text NOT NULL CHECK (template IN ('deputy_new', 'deputy_deadline', 'resident_progress')),
    state text NOT NULL CHECK (state IN ('waiting', 'published', 'sending', 'unknown', 'sent', 'dead', 'void')),
    attempts smallint NOT NULL DEFAULT 0 CHECK (attempts >= 0),
    -- Attempts whose outcome nobody knows; only these can have led to a duplicate.
    unknown_attempts smallint NOT NULL DEFAULT 0 CHECK (unknown_attempts BETWEEN 0 AND attempts),
    due_at timestamptz NOT NULL,
    published_at timestamptz,
    sending_at timestamptz,
    finished_at timestamptz,
    error_code integer,
    error text,
    provider_message_id text,
    created_at timestamptz NOT NULL,
    UNIQUE NULLS NOT DISTINCT (event_id, account_id, subscription_id, channel),
    CHECK (num_nonnulls(account_id, subscription_id) = 1),
    CHECK ((state IN ('sent', 'dead', 'void')) = (finished_at IS NOT NULL)),
    CHECK (state <> 'dead' OR error IS NOT NULL),
    CHECK (state <> 'sending' OR sending_at IS NOT NULL)
);
CREATE INDEX notifications_due ON notifications (due_at) WHERE state IN ('waiting', 'unknown');
CREATE INDEX notifications_in_flight ON notifications (published_at) WHERE state IN ('published', 'sending');
CREATE INDEX notifications_dead ON notifications (finished_at DESC, id DESC) WHERE state = 'dead';
CREATE INDEX notifications_submission ON notifications (submission_id);

-- Every future step of a submission's clock is a row with its time.
CREATE TABLE deadline_steps (
    id uuid PRIMARY KEY,
    submission_id uuid NOT NULL REFERENCES submissions (id),
    round smallint NOT NULL,
    step text NOT NULL CHECK (step IN ('remind', 'overdue', 'escalate', 'auto_close')),
    due_at timestamptz NOT NULL,
    published_at timestamptz,
    done_at timestamptz,
    -- done: the step had its effect; void: it was no longer needed.
    outcome text CHECK (outcome IN ('done', 'void')),
    UNIQUE (submission_id, round, step),
    CHECK ((done_at IS NULL) = (outcome IS NULL))
);
CREATE INDEX deadline_steps_due ON deadline_steps (due_at) WHERE done_at IS NULL AND published_at IS NULL;
CREATE INDEX deadline_steps_in_flight ON deadline_steps (published_at) WHERE done_at IS NULL AND published_at IS NOT NULL;

-- The administrators of the nearest division that contains the region and has any.
CREATE FUNCTION supervising_accounts(region text) RETURNS SETOF uuid LANGUAGE sql STABLE AS $$
    WITH candidates AS (
        SELECT id, length(region_code) AS nearness FROM accounts
        WHERE region_code IN (left(region, 2), left(region, 4), left(region, 6), left(region, 9), left(region, 12))
          AND role IN ('street_admin', 'county_admin', 'city_admin') AND disabled_at IS NULL
    )
    SELECT id FROM candidates WHERE nearness = (SELECT max(nearness) FROM candidates)
$$;

-- Who has to act on a submission: its deputy; without one who can be reached, the site's staff; without any of them, the
-- administrators of the nearest division upward. When none of them can be reached either, the deputy or the staff all the
-- same: their dead letters say so. Never nobody, as long as one account exists.
CREATE FUNCTION responsible_accounts(deputy uuid, site uuid, region text) RETURNS SETOF uuid LANGUAGE sql STABLE AS $$
    WITH handlers AS (
        SELECT id, wechat_openid IS NOT NULL AS reached, 1 AS rank FROM accounts
        WHERE deputy_id = deputy AND disabled_at IS NULL
        UNION ALL
        SELECT id, wechat_openid IS NOT NULL, 2 FROM accounts
        WHERE site_id = site AND role IN ('station_staff', 'station_head') AND disabled_at IS NULL
    ),
    candidates AS (
        SELECT id, rank FROM handlers WHERE reached
        UNION ALL
        SELECT id, 3 FROM supervising_accounts(region) AS id
        UNION ALL
        SELECT id, rank + 3 FROM handlers WHERE NOT reached
    )
    SELECT id FROM candidates WHERE rank = (SELECT min(rank) FROM candidates)
$$;

-- A UUIDv7 of the same millisecond as the given one, for rows whose number only the statement itself knows.
CREATE FUNCTION sibling_id(elder uuid) RETURNS uuid LANGUAGE sql VOLATILE AS $$
    SELECT overlay(gen_random_uuid()::text PLACING left(elder::text, 15) FROM 1)::uuid
$$;
