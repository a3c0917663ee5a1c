-- 保存期限: how long which data is kept, and runs that remove what is due. Whatever a program asks for, the database itself
-- keeps what is open, what is frozen and what the law wants kept.

-- Months for the first five, calendar days for the others (domain::retention).
CREATE TABLE retention_periods (
    class text PRIMARY KEY,
    amount smallint NOT NULL,
    -- Cleared every day.
    daily boolean NOT NULL,
    changed_by_account_id uuid REFERENCES accounts (id),
    changed_at timestamptz,
    CONSTRAINT retention_periods_bounds CHECK (CASE class
        WHEN 'contact' THEN amount BETWEEN 3 AND 120
        WHEN 'photos' THEN amount BETWEEN 3 AND 120
        WHEN 'messages' THEN amount BETWEEN 6 AND 60
        WHEN 'data_requests' THEN amount BETWEEN 36 AND 120
        WHEN 'audit_log' THEN amount BETWEEN 6 AND 120
        WHEN 'sessions' THEN amount BETWEEN 7 AND 180
        WHEN 'login_codes' THEN amount BETWEEN 1 AND 30
        WHEN 'prints' THEN amount BETWEEN 1 AND 90
        WHEN 'drafts' THEN amount BETWEEN 1 AND 30
        WHEN 'repeats' THEN amount BETWEEN 3 AND 30
        WHEN 'terms' THEN amount BETWEEN 30 AND 180
        ELSE false END),
    CONSTRAINT retention_periods_daily CHECK (
        daily OR class IN ('contact', 'photos', 'messages', 'data_requests', 'audit_log')),
    CHECK ((changed_by_account_id IS NULL) = (changed_at IS NULL))
);
INSERT INTO retention_periods (class, amount, daily) VALUES
    ('contact', 24, false), ('photos', 24, false), ('messages', 12, false), ('data_requests', 36, false),
    ('audit_log', 36, false), ('sessions', 7, true), ('login_codes', 1, true), ('prints', 14, true), ('drafts', 3, true),
    ('repeats', 7, true), ('terms', 180, true);

-- 到期清理: one run at a time, by whichever worker holds the lease.
CREATE TABLE retention_runs (
    id uuid PRIMARY KEY,
    -- Null: by itself, on this day in China, once.
    asked_by_account_id uuid REFERENCES accounts (id),
    on_date date UNIQUE,
    state text NOT NULL CHECK (state IN ('waiting', 'running', 'done', 'failed', 'cancelled')),
    created_at timestamptz NOT NULL,
    started_at timestamptz,
    finished_at timestamptz,
    error text,
    lease_id uuid,
    lease_until timestamptz,
    CHECK ((asked_by_account_id IS NULL) = (on_date IS NOT NULL)),
    CHECK ((state = 'failed') = (error IS NOT NULL)),
    CHECK ((state IN ('done', 'failed', 'cancelled')) = (finished_at IS NOT NULL)),
    CHECK (num_nulls(lease_id, lease_until) IN (0, 2)),
    CHECK ((state = 'running') = (lease_id IS NOT NULL))
);
CREATE UNIQUE INDEX retention_runs_open ON retention_runs ((true)) WHERE state IN ('waiting', 'running');
CREATE INDEX retention_runs_created ON retention_runs (created_at DESC, id DESC);

CREATE TABLE retention_items (
    run_id uuid NOT NULL REFERENCES retention_runs (id),
    class text NOT NULL REFERENCES retention_periods (class),
    -- Fixed when the run was asked for: what was previewed is what is removed.
    due_before timestamptz NOT NULL,
    found bigint NOT NULL CHECK (found >= 0),
    forgotten bigint NOT NULL DEFAULT 0 CHECK (forgotten >= 0),
    finished_at timestamptz,
    PRIMARY KEY (run_id, class)
);

-- What is due is found without reading all that was ever closed.
CREATE INDEX submissions_contact_held ON submissions (closed_at)
    WHERE state = 'closed' AND frozen_at IS NULL AND num_nonnulls(contact_name_sealed, contact_phone_sealed) > 0;
CREATE INDEX personal_data_items_submission ON personal_data_items (submission_id);

-- What may never happen: an open or a frozen submission loses what is needed to answer, but for a deletion that two
-- persons granted (erased_at).
CREATE FUNCTION refuse_forgetting() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'submission % is open or frozen', NEW.id
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'forget_closed_only';
END $$;
CREATE TRIGGER submissions_forget_closed_only
    BEFORE UPDATE OF contact_name_sealed, contact_phone_sealed, phone_index ON submissions FOR EACH ROW
    WHEN (num_nulls(NEW.contact_name_sealed, NEW.contact_phone_sealed)
            > num_nulls(OLD.contact_name_sealed, OLD.contact_phone_sealed)
        AND NEW.erased_at IS NULL
        AND (NEW.state <> 'closed' OR OLD.state <> 'closed' OR NEW.frozen_at IS NOT NULL OR OLD.frozen_at IS NOT NULL))
    EXECUTE FUNCTION refuse_forgetting();

-- The same of what hangs on it; locks it, so that nobody freezes it meanwhile.
CREATE FUNCTION must_be_forgettable(submission uuid) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM submissions
        WHERE id = submission AND (erased_at IS NOT NULL OR state = 'closed' AND frozen_at IS NULL) FOR SHARE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'submission % is open or frozen', submission
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'forget_closed_only';
    END IF;
END $$;
CREATE FUNCTION refuse_losing_photo() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    owner uuid := coalesce(OLD.submission_id,
        (SELECT submission_id FROM info_requests WHERE id = OLD.info_request_id));
BEGIN
    PERFORM must_be_forgettable(owner);
    IF EXISTS (SELECT FROM releases WHERE submission_id = owner AND withdrawn_at IS NULL) THEN
        RAISE EXCEPTION 'submission % is published', owner
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'forget_unpublished_only';
    END IF;
    RETURN coalesce(NEW, OLD);
END $$;
CREATE TRIGGER photos_forget_closed_only BEFORE UPDATE OF submission_id, info_request_id ON photos FOR EACH ROW
    WHEN (num_nonnulls(OLD.submission_id, OLD.info_request_id) > 0
        AND (OLD.submission_id, OLD.info_request_id) IS DISTINCT FROM (NEW.submission_id, NEW.info_request_id))
    EXECUTE FUNCTION refuse_losing_photo();
CREATE TRIGGER photos_remove_closed_only BEFORE DELETE ON photos FOR EACH ROW
    WHEN (num_nonnulls(OLD.submission_id, OLD.info_request_id) > 0) EXECUTE FUNCTION refuse_losing_photo();
-- A photo that is removed takes its check with it: nobody can look at it any more.
ALTER TABLE content_checks
    DROP CONSTRAINT content_checks_photo_id_fkey,
    ADD CONSTRAINT content_checks_photo_id_fkey FOREIGN KEY (photo_id) REFERENCES photos (id) ON DELETE CASCADE;

CREATE FUNCTION refuse_losing_subscriber() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM must_be_forgettable(OLD.submission_id);
    RETURN NEW;
END $$;
CREATE TRIGGER resident_subscriptions_forget_closed_only BEFORE UPDATE OF wechat_openid ON resident_subscriptions
    FOR EACH ROW WHEN (starts_with(NEW.wechat_openid, 'erased:')) EXECUTE FUNCTION refuse_losing_subscriber();

-- 处理情况记录: kept three years, and as long as something is frozen because of it.
CREATE FUNCTION refuse_losing_request() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.decided_at IS NULL OR OLD.decided_at > now() - interval '36 months' THEN
        RAISE EXCEPTION 'personal-information requests are kept for three years'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'requests_kept';
    END IF;
    RETURN OLD;
END $$;
CREATE TRIGGER personal_data_requests_kept BEFORE DELETE ON personal_data_requests
    FOR EACH ROW EXECUTE FUNCTION refuse_losing_request();
