-- How deputies come in: by a phone that is proven, by an invitation of the station, by a code in a text message. Of
-- everything that opens a door only a keyed digest is kept.

ALTER TABLE accounts
    ADD phone_sealed bytea,
    -- Finds the account by its phone; as for residents, only the holder of the index key can compute it.
    ADD phone_index bytea UNIQUE CHECK (octet_length(phone_index) = 32),
    ADD CONSTRAINT accounts_phone CHECK ((phone_sealed IS NULL) = (phone_index IS NULL)),
    -- For everybody else a phone is no way in (两种以上鉴别).
    ADD CONSTRAINT accounts_phone_of_deputy CHECK (phone_index IS NULL OR role = 'deputy');

ALTER TABLE sessions
    DROP CONSTRAINT sessions_revoked_reason_check,
    ADD CONSTRAINT sessions_revoked_reason_check CHECK (revoked_reason IN ('logout', 'token_reused', 'unbound'));

-- 邀请: what the station prints or sends to a deputy.
CREATE TABLE invitations (
    id uuid PRIMARY KEY,
    account_id uuid NOT NULL REFERENCES accounts (id),
    digest bytea NOT NULL UNIQUE CHECK (octet_length(digest) = 32),
    -- The phone that the station knows of; whoever proves to hold it needs no invitation.
    phone_index bytea CHECK (octet_length(phone_index) = 32),
    invited_by uuid NOT NULL REFERENCES accounts (id),
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL CHECK (expires_at > created_at),
    -- Used, or another one took its place.
    ended_at timestamptz CHECK (ended_at >= created_at)
);
CREATE UNIQUE INDEX invitations_open ON invitations (account_id) WHERE ended_at IS NULL;
CREATE INDEX invitations_phone ON invitations (phone_index) WHERE ended_at IS NULL;

-- An invitation is good once: the key forbids a second row.
CREATE TABLE invitation_uses (
    invitation_id uuid PRIMARY KEY REFERENCES invitations (id),
    way text NOT NULL CHECK (way IN ('code', 'wechat', 'phone')),
    used_at timestamptz NOT NULL
);

-- 短信验证码: to sign in with a known phone, or to prove a new one.
CREATE TABLE one_time_codes (
    id uuid PRIMARY KEY,
    account_id uuid NOT NULL REFERENCES accounts (id),
    purpose text NOT NULL CHECK (purpose IN ('login', 'phone')),
    phone_index bytea NOT NULL CHECK (octet_length(phone_index) = 32),
    digest bytea NOT NULL CHECK (octet_length(digest) = 32),
    wrong_tries smallint NOT NULL DEFAULT 0 CHECK (wrong_tries BETWEEN 0 AND 5),
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL CHECK (expires_at > created_at),
    -- Used, tried wrongly too often, or a later one took its place.
    ended_at timestamptz,
    CHECK (wrong_tries < 5 OR ended_at IS NOT NULL)
);
CREATE UNIQUE INDEX one_time_codes_open ON one_time_codes (account_id, purpose) WHERE ended_at IS NULL;
CREATE INDEX one_time_codes_phone ON one_time_codes (phone_index) WHERE ended_at IS NULL;
CREATE INDEX one_time_codes_expires ON one_time_codes (expires_at);
