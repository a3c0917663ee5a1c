-- Who may log in. A person's rights are the role and the place that stands in the same row.
CREATE TABLE accounts (
    id uuid PRIMARY KEY,
    role text NOT NULL CHECK (role IN ('deputy', 'station_staff', 'station_head', 'office_handler', 'street_admin',
                                       'county_admin', 'city_admin', 'auditor', 'system_admin')),
    display_name text NOT NULL CHECK (display_name <> ''),
    username text UNIQUE CHECK (username ~ '^[a-z0-9][a-z0-9._-]{2,63}$'),
    password_hash text,
    wechat_openid text UNIQUE,
    deputy_id uuid UNIQUE REFERENCES deputies (id),
    site_id uuid REFERENCES sites (id),
    office_id uuid REFERENCES offices (id),
    region_code text REFERENCES regions (code),
    failed_logins smallint NOT NULL DEFAULT 0,
    locked_until timestamptz,
    disabled_at timestamptz,
    created_at timestamptz NOT NULL,
    CHECK ((username IS NULL) = (password_hash IS NULL)),
    CHECK ((role = 'deputy') = (deputy_id IS NOT NULL)),
    CHECK ((role IN ('station_staff', 'station_head')) = (site_id IS NOT NULL)),
    CHECK ((role = 'office_handler') = (office_id IS NOT NULL)),
    CHECK ((role IN ('street_admin', 'county_admin', 'city_admin', 'auditor')) = (region_code IS NOT NULL))
);
CREATE INDEX accounts_site ON accounts (site_id) WHERE site_id IS NOT NULL;
CREATE INDEX accounts_region ON accounts (region_code) WHERE region_code IS NOT NULL;

-- One row for one login: a browser's cookie or a client's family of refresh tokens.
CREATE TABLE sessions (
    id uuid PRIMARY KEY,
    account_id uuid NOT NULL REFERENCES accounts (id),
    -- SHA-256 of the browser's cookie; null for a session that lives by refresh tokens.
    cookie_digest bytea UNIQUE CHECK (octet_length(cookie_digest) = 32),
    created_at timestamptz NOT NULL,
    last_seen_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    revoked_at timestamptz,
    revoked_reason text CHECK (revoked_reason IN ('logout', 'token_reused'))
);
CREATE INDEX sessions_account ON sessions (account_id);
CREATE INDEX sessions_expires ON sessions (expires_at);

-- Rotating refresh tokens: each is used once; a second use of one ends its session.
CREATE TABLE refresh_tokens (
    digest bytea PRIMARY KEY CHECK (octet_length(digest) = 32),
    session_id uuid NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    issued_at timestamptz NOT NULL,
    used_at timestamptz
);
CREATE INDEX refresh_tokens_session ON refresh_tokens (session_id);
