-- 内容检查: what the public sent is checked before anybody but the staff reads it. A hit refuses nothing; it only keeps a
-- case from being published before a person has looked.

-- The installation's own words, beside those that the program brings.
CREATE TABLE content_words (
    id uuid PRIMARY KEY,
    word text NOT NULL UNIQUE CHECK (char_length(word) BETWEEN 2 AND 30),
    category text NOT NULL CHECK (category IN ('gambling', 'drugs', 'sexual', 'weapons', 'fraud', 'advertising', 'cult',
                                               'threat', 'abuse', 'other')),
    added_by_account_id uuid NOT NULL REFERENCES accounts (id),
    added_at timestamptz NOT NULL
);

-- One row for one thing that was sent and one who checks it: the list of words, or WeChat.
--   waiting → asking → done | waiting (again, later) | pending (WeChat tells the result by itself) → done
CREATE TABLE content_checks (
    id uuid PRIMARY KEY,
    submission_id uuid NOT NULL REFERENCES submissions (id),
    -- Null: the text.
    photo_id uuid REFERENCES photos (id),
    checker text NOT NULL CHECK (checker IN ('words', 'wechat')),
    -- Whose openid WeChat is told: somebody who has just visited the mini-program.
    subscription_id uuid REFERENCES resident_subscriptions (id) ON DELETE SET NULL,
    state text NOT NULL CHECK (state IN ('waiting', 'asking', 'pending', 'done')),
    attempts smallint NOT NULL DEFAULT 0 CHECK (attempts >= 0),
    due_at timestamptz NOT NULL,
    asked_at timestamptz,
    -- By which WeChat names the check of a photo.
    trace_id text UNIQUE CHECK (trace_id <> ''),
    verdict text CHECK (verdict IN ('pass', 'look')),
    -- Words that stand in the text: [{"category", "word"}].
    marks jsonb NOT NULL DEFAULT '[]' CHECK (jsonb_typeof(marks) = 'array'),
    -- WeChat's label (100 normal, 20001 politics, 20002 porn, …).
    label integer,
    -- Why the machine could not tell.
    reason text CHECK (reason IN ('visitor_gone', 'download_failed', 'no_result', 'refused', 'given_up')),
    done_at timestamptz,
    looked_by_account_id uuid REFERENCES accounts (id),
    looked_at timestamptz,
    UNIQUE NULLS NOT DISTINCT (submission_id, photo_id, checker),
    CHECK (checker = 'wechat' OR photo_id IS NULL),
    CHECK ((state = 'done') = (done_at IS NOT NULL) AND (state = 'done') = (verdict IS NOT NULL)),
    CHECK (state NOT IN ('asking', 'pending') OR asked_at IS NOT NULL),
    CHECK (state <> 'pending' OR trace_id IS NOT NULL),
    -- What was found, or could not be told, is looked at by a person.
    CHECK (verdict <> 'pass' OR (marks = '[]' AND reason IS NULL)),
    CHECK (verdict <> 'look' OR marks <> '[]' OR reason IS NOT NULL OR label IS NOT NULL),
    CHECK ((looked_by_account_id IS NULL) = (looked_at IS NULL))
);
CREATE INDEX content_checks_due ON content_checks (due_at) WHERE state = 'waiting';
CREATE INDEX content_checks_in_flight ON content_checks (asked_at) WHERE state IN ('asking', 'pending');
CREATE INDEX content_checks_open ON content_checks (submission_id)
    WHERE verdict IS DISTINCT FROM 'pass' AND looked_at IS NULL;
CREATE INDEX content_checks_photo ON content_checks (photo_id) WHERE photo_id IS NOT NULL;

-- What WeChat told of photos (wxa_media_check): it may come before we know the number that we got for asking.
CREATE TABLE content_reports (
    trace_id text PRIMARY KEY CHECK (trace_id <> ''),
    -- 0, or -1008: it could not fetch the photo.
    errcode integer NOT NULL,
    label integer,
    is_pass boolean NOT NULL,
    received_at timestamptz NOT NULL
);
CREATE INDEX content_reports_received ON content_reports (received_at);

-- What was marked in what was published, and that the person who published it had seen it.
ALTER TABLE releases
    ADD marks jsonb NOT NULL DEFAULT '[]' CHECK (jsonb_typeof(marks) = 'array'),
    ADD marks_seen boolean NOT NULL DEFAULT false,
    ADD CONSTRAINT releases_marks_seen CHECK (marks = '[]' OR marks_seen);

CREATE FUNCTION refuse_unseen_release() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM content_checks
               WHERE submission_id = NEW.submission_id AND verdict IS DISTINCT FROM 'pass' AND looked_at IS NULL) THEN
        RAISE EXCEPTION 'somebody has to look at submission % first', NEW.submission_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'release_looked_at';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER releases_looked_at BEFORE INSERT OR UPDATE ON releases
    FOR EACH ROW WHEN (NEW.withdrawn_at IS NULL) EXECUTE FUNCTION refuse_unseen_release();

-- What came in before is checked too; the worker finds these.
INSERT INTO content_checks (id, submission_id, checker, state, due_at)
    SELECT gen_random_uuid(), id, 'words', 'waiting', submitted_at FROM submissions
    WHERE id NOT IN (SELECT submission_id FROM submissions_unread);
