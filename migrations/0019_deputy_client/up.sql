-- What the deputies' client asks for besides the cases: messages, phrases, permissions for pushes, signing in on duty.

-- Messages until then were seen.
ALTER TABLE accounts ADD messages_read_until timestamptz;
CREATE INDEX notifications_account ON notifications (account_id, created_at DESC, id DESC) WHERE account_id IS NOT NULL;

-- 常用答复: a division's own; those of the nearest division hold.
CREATE TABLE answer_templates (
    region_code text NOT NULL REFERENCES regions (code),
    position smallint NOT NULL CHECK (position BETWEEN 1 AND 30),
    title text NOT NULL CHECK (char_length(title) BETWEEN 1 AND 20),
    text text NOT NULL CHECK (char_length(text) BETWEEN 2 AND 1000),
    PRIMARY KEY (region_code, position)
);

-- 订阅消息的剩余次数: each acceptance lets one message through, as far as this program knows.
CREATE TABLE push_permissions (
    account_id uuid NOT NULL REFERENCES accounts (id),
    template text NOT NULL CHECK (template IN ('deputy_new', 'deputy_deadline')),
    remaining integer NOT NULL CHECK (remaining >= 0),
    PRIMARY KEY (account_id, template)
);

-- 值班签到: once for each day on the roster, by scanning a code of the station.
CREATE TABLE duty_sign_ins (
    site_id uuid NOT NULL,
    on_date date NOT NULL,
    deputy_id uuid NOT NULL,
    code_id uuid NOT NULL REFERENCES codes (id),
    signed_in_at timestamptz NOT NULL,
    PRIMARY KEY (site_id, on_date, deputy_id),
    FOREIGN KEY (site_id, on_date, deputy_id) REFERENCES duties (site_id, on_date, deputy_id),
    CHECK ((signed_in_at AT TIME ZONE 'Asia/Shanghai')::date = on_date)
);
CREATE INDEX duties_deputy ON duties (deputy_id, on_date);

-- An act that a client may send again (Idempotency-Key): what was answered the first time.
CREATE TABLE kept_answers (
    account_id uuid NOT NULL REFERENCES accounts (id),
    key text NOT NULL CHECK (char_length(key) BETWEEN 8 AND 128),
    -- SHA-256 of method, path and body.
    request_digest bytea NOT NULL CHECK (octet_length(request_digest) = 32),
    started_at timestamptz NOT NULL,
    -- All three null: it still runs, or the program ended while it ran.
    status smallint CHECK (status BETWEEN 200 AND 499),
    content_type text,
    body bytea,
    PRIMARY KEY (account_id, key),
    CHECK (num_nulls(status, content_type, body) IN (0, 3))
);
CREATE INDEX kept_answers_started ON kept_answers (started_at);
