-- 公开: what the public reads of a case, exactly as a person confirmed it. One row a submission; who publishes again
-- after a withdrawal writes it anew under another token. What was before stands in the timeline.
CREATE TABLE releases (
    submission_id uuid PRIMARY KEY REFERENCES submissions (id),
    -- Stands in the public address; has nothing to do with the submission's own names.
    public_token text NOT NULL UNIQUE CHECK (public_token ~ '^[34679ACDEFGHJKMNPRTVWXY]{16}$'),
    -- Where it was answered, as it was then.
    site_id uuid NOT NULL REFERENCES sites (id),
    region_code text NOT NULL REFERENCES regions (code),
    title text NOT NULL CHECK (char_length(title) BETWEEN 2 AND 60),
    text text NOT NULL CHECK (char_length(text) BETWEEN 2 AND 10000),
    answer text NOT NULL CHECK (char_length(answer) BETWEEN 2 AND 10000),
    -- SHA-256 of what was confirmed.
    digest bytea NOT NULL CHECK (octet_length(digest) = 32),
    -- The resident's consent on which it rests.
    consented_at timestamptz NOT NULL,
    released_by_account_id uuid NOT NULL REFERENCES accounts (id),
    released_at timestamptz NOT NULL CHECK (released_at >= consented_at),
    withdrawn_at timestamptz CHECK (withdrawn_at >= released_at),
    -- Null: the resident has taken the consent back.
    withdrawn_by_account_id uuid REFERENCES accounts (id),
    withdrawn_reason text CHECK (char_length(withdrawn_reason) BETWEEN 2 AND 500),
    CHECK ((withdrawn_at IS NULL) = (withdrawn_reason IS NULL)),
    CHECK (withdrawn_by_account_id IS NULL OR withdrawn_at IS NOT NULL)
);
CREATE INDEX releases_site ON releases (site_id, released_at DESC, public_token DESC) WHERE withdrawn_at IS NULL;
CREATE INDEX releases_region ON releases (region_code text_pattern_ops, released_at DESC) WHERE withdrawn_at IS NULL;
CREATE INDEX releases_recent ON releases (released_at DESC, public_token DESC) WHERE withdrawn_at IS NULL;

-- What may never happen: something public without the resident's consent, of a report on an official, or without an
-- answer.
CREATE FUNCTION refuse_release() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM submissions
        WHERE id = NEW.submission_id AND publish_consent_at = NEW.consented_at AND confidential_region IS NULL
            AND state IN ('answered', 'closed')
        FOR SHARE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'submission % must not be published', NEW.submission_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'release_allowed';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER releases_allowed BEFORE INSERT OR UPDATE ON releases
    FOR EACH ROW WHEN (NEW.withdrawn_at IS NULL) EXECUTE FUNCTION refuse_release();

-- Taking the consent back, or making a case confidential, goes only after the release was withdrawn.
CREATE FUNCTION refuse_losing_consent() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM releases WHERE submission_id = NEW.id AND withdrawn_at IS NULL) THEN
        RAISE EXCEPTION 'submission % is published', NEW.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'release_consented';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER submissions_release_consented BEFORE UPDATE OF publish_consent_at, confidential_region ON submissions
    FOR EACH ROW WHEN (
        (OLD.publish_consent_at IS DISTINCT FROM NEW.publish_consent_at)
        OR (NEW.confidential_region IS NOT NULL AND OLD.confidential_region IS NULL))
    EXECUTE FUNCTION refuse_losing_consent();

-- 附议: who else it concerns. A random mark of a browser, hashed with the case; nothing that names a person.
CREATE TABLE supports (
    submission_id uuid NOT NULL REFERENCES releases (submission_id),
    supporter bytea NOT NULL CHECK (octet_length(supporter) = 32),
    supported_at timestamptz NOT NULL,
    PRIMARY KEY (submission_id, supporter)
);
