-- Access (身份鉴别): the three administrators' duties, second factors, password rules, links to set a password, sessions.

ALTER TABLE accounts
    DROP CONSTRAINT accounts_role_check,
    DROP CONSTRAINT accounts_check,
    DROP CONSTRAINT accounts_check4,
    ADD CONSTRAINT accounts_role_check CHECK (role IN (
        'deputy', 'station_staff', 'station_head', 'office_handler', 'street_admin', 'county_admin', 'city_admin',
        'auditor', 'security_admin', 'system_admin')),
    -- A new account has no password until the holder of the link sets one.
    ADD CONSTRAINT accounts_password_of_username CHECK (password_hash IS NULL OR username IS NOT NULL),
    -- 审计员 and 安全管理员 without a division are those of the whole installation.
    ADD CONSTRAINT accounts_region CHECK (CASE
        WHEN role IN ('street_admin', 'county_admin', 'city_admin') THEN region_code IS NOT NULL
        WHEN role IN ('auditor', 'security_admin') THEN true
        ELSE region_code IS NULL END),
    -- Null: as old as the account.
    ADD password_set_at timestamptz;

-- 口令历史: the former ones, so that they are not taken again.
CREATE TABLE password_history (
    account_id uuid NOT NULL REFERENCES accounts (id),
    set_aside_at timestamptz NOT NULL,
    password_hash text NOT NULL,
    PRIMARY KEY (account_id, set_aside_at)
);

-- A link by which the holder sets the password; used once. Of its secret only the digest (SHA-256) is kept.
CREATE TABLE setup_links (
    digest bytea PRIMARY KEY CHECK (octet_length(digest) = 32),
    account_id uuid NOT NULL REFERENCES accounts (id),
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL CHECK (expires_at > created_at),
    -- Used, or another one took its place.
    ended_at timestamptz CHECK (ended_at >= created_at)
);
CREATE UNIQUE INDEX setup_links_open ON setup_links (account_id) WHERE ended_at IS NULL;

-- 动态口令 (TOTP, RFC 6238). The secret is sealed by the program.
CREATE TABLE second_factors (
    account_id uuid PRIMARY KEY REFERENCES accounts (id),
    secret_sealed bytea,
    -- Shown, and not yet proved by a code.
    pending_sealed bytea,
    -- The step of the last code that was used: a code is good once, and so are those before it.
    last_step bigint NOT NULL DEFAULT 0,
    confirmed_at timestamptz,
    CHECK ((secret_sealed IS NULL) = (confirmed_at IS NULL)),
    CHECK (num_nonnulls(secret_sealed, pending_sealed) > 0)
);
CREATE FUNCTION refuse_used_step() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a code is good once' USING ERRCODE = 'check_violation', CONSTRAINT = 'code_used_once';
END $$;
CREATE TRIGGER second_factors_step_grows BEFORE UPDATE OF last_step ON second_factors FOR EACH ROW
    WHEN (NEW.secret_sealed = OLD.secret_sealed AND NEW.last_step <= OLD.last_step) EXECUTE FUNCTION refuse_used_step();

-- 恢复码: for who has lost the phone; each is good once. Keyed digests.
CREATE TABLE recovery_codes (
    account_id uuid NOT NULL REFERENCES second_factors (account_id) ON DELETE CASCADE,
    digest bytea NOT NULL CHECK (octet_length(digest) = 32),
    used_at timestamptz,
    PRIMARY KEY (account_id, digest)
);

ALTER TABLE sessions
    ADD way text CHECK (way IN ('password', 'wechat', 'invitation', 'one_time_code', 'setup_link')),
    ADD address text CHECK (address <> ''),
    ADD second_step_at timestamptz,
    DROP CONSTRAINT sessions_revoked_reason_check,
    ADD CONSTRAINT sessions_revoked_reason_check CHECK (revoked_reason IN (
        'logout', 'token_reused', 'unbound', 'revoked', 'disabled', 'password_changed'));
UPDATE sessions SET way = CASE WHEN accounts.password_hash IS NULL THEN 'wechat' ELSE 'password' END
    FROM accounts WHERE accounts.id = account_id;
ALTER TABLE sessions ALTER COLUMN way SET NOT NULL;

-- 登录策略 of the whole installation: one row.
CREATE TABLE login_policy (
    only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one),
    min_length smallint NOT NULL DEFAULT 8 CHECK (min_length BETWEEN 8 AND 64),
    -- 0: a password does not age.
    max_age_days smallint NOT NULL DEFAULT 90 CHECK (max_age_days BETWEEN 0 AND 400),
    -- Former passwords that are not taken again.
    remembered smallint NOT NULL DEFAULT 5 CHECK (remembered BETWEEN 0 AND 24),
    idle_minutes smallint NOT NULL DEFAULT 15 CHECK (idle_minutes BETWEEN 1 AND 240),
    second_factor text NOT NULL DEFAULT 'administrators'
        CHECK (second_factor IN ('nobody', 'administrators', 'everybody'))
);
INSERT INTO login_policy DEFAULT VALUES;
