-- 审计日志: who did what, when, from where, with which result (等保三级; 网络安全法 Art. 21: kept at least six months).
-- Casework has its own record, the timeline of each submission; here stands what happens to accounts, settings and files.

CREATE TABLE audit_log (
    id uuid PRIMARY KEY,
    -- Each account's acts are a chain; what nobody signed in for (a failed login, the command line, the worker) is one more.
    chain uuid NOT NULL,
    seq bigint NOT NULL CHECK (seq > 0),
    account_id uuid REFERENCES accounts (id),
    -- As they were at the time.
    account_name text NOT NULL CHECK (account_name <> ''),
    account_role text CHECK (account_role <> ''),
    -- Division that it concerns; empty: the whole installation.
    region_code text NOT NULL,
    action text NOT NULL CHECK (action ~ '^[a-z][a-z_]{2,59}$'),
    object_kind text NOT NULL CHECK (object_kind ~ '^[a-z][a-z_]{2,59}$'),
    object_id text NOT NULL CHECK (char_length(object_id) <= 200),
    result text NOT NULL CHECK (result IN ('done', 'refused')),
    -- Null: on the machine itself.
    address text CHECK (address <> ''),
    -- No personal data, no secrets.
    detail jsonb NOT NULL CHECK (jsonb_typeof(detail) = 'object' AND length(detail::text) <= 4000),
    occurred_at timestamptz NOT NULL,
    -- Of the act before in this chain, and over that and this row.
    previous bytea NOT NULL CHECK (octet_length(previous) IN (0, 32)),
    digest bytea NOT NULL CHECK (octet_length(digest) = 32),
    UNIQUE (chain, seq),
    CHECK ((account_id IS NULL) = (account_role IS NULL)),
    CHECK (chain = coalesce(account_id, '00000000-0000-0000-0000-000000000000'))
);
CREATE INDEX audit_log_region ON audit_log (region_code text_pattern_ops, occurred_at DESC, id DESC);
CREATE INDEX audit_log_time ON audit_log (occurred_at DESC, id DESC);
CREATE INDEX audit_log_account ON audit_log (account_id, occurred_at DESC, id DESC);
CREATE INDEX audit_log_object ON audit_log (object_kind, object_id, occurred_at DESC);

CREATE TABLE audit_heads (
    chain uuid PRIMARY KEY,
    seq bigint NOT NULL CHECK (seq > 0),
    digest bytea NOT NULL CHECK (octet_length(digest) = 32)
);

CREATE FUNCTION audit_digest(entry audit_log) RETURNS bytea LANGUAGE sql STABLE AS $$
    SELECT sha256(entry.previous || convert_to(concat_ws('|', entry.id, entry.chain, entry.seq, entry.account_name,
        coalesce(entry.account_role, '-'), entry.region_code, entry.action, entry.object_kind, entry.object_id,
        entry.result, coalesce(entry.address, '-'), trunc(extract(epoch FROM entry.occurred_at) * 1000000),
        entry.detail), 'UTF8'))
$$;
CREATE FUNCTION chain_audit() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    head audit_heads;
BEGIN
    INSERT INTO audit_heads VALUES (NEW.chain, 1, sha256('')) ON CONFLICT DO NOTHING;
    IF FOUND THEN
        NEW.seq := 1;
        NEW.previous := '';
    ELSE
        SELECT * INTO head FROM audit_heads WHERE chain = NEW.chain FOR UPDATE;
        NEW.seq := head.seq + 1;
        NEW.previous := head.digest;
    END IF;
    NEW.digest := audit_digest(NEW);
    UPDATE audit_heads SET seq = NEW.seq, digest = NEW.digest WHERE chain = NEW.chain;
    RETURN NEW;
END $$;
CREATE TRIGGER audit_log_chain BEFORE INSERT ON audit_log FOR EACH ROW EXECUTE FUNCTION chain_audit();

CREATE TRIGGER audit_log_append_only BEFORE UPDATE OR TRUNCATE ON audit_log
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
-- What the law wants kept cannot be removed, whatever the setting says.
CREATE FUNCTION refuse_early_removal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.occurred_at > now() - interval '6 months' THEN
        RAISE EXCEPTION 'the audit log is kept for six months' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN OLD;
END $$;
CREATE TRIGGER audit_log_kept BEFORE DELETE ON audit_log FOR EACH ROW EXECUTE FUNCTION refuse_early_removal();
