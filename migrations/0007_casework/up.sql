-- 办理: triage, limited acceptance, merging, splitting, transferring, and a timeline that cannot be changed unseen.

-- 不予受理的情形 (有限受理): configuration. Registered and answered all the same, with guidance to the right channel.
CREATE TABLE decline_kinds (
    code text PRIMARY KEY CHECK (code ~ '^[a-z][a-z_]{1,39}$'),
    position smallint NOT NULL,
    name text NOT NULL CHECK (char_length(name) BETWEEN 2 AND 60),
    -- What the resident is told; the handler may edit it.
    guidance text NOT NULL CHECK (char_length(guidance) BETWEEN 2 AND 2000),
    -- Where the resident can go instead.
    right_channel text NOT NULL CHECK (right_channel <> ''),
    is_active boolean NOT NULL DEFAULT true
);
-- 北京市接诉即办工作条例 Art. 11.
INSERT INTO decline_kinds (code, position, name, guidance, right_channel) VALUES
    ('emergency', 1, '属于紧急求助', '您反映的是需要马上处置的紧急情况，代表联络站不能代替现场救援。请立即拨打紧急电话；脱离危险后还有问题，可以再来反映。', '110、119、120、122'),
    ('legal_procedure', 2, '已进入或者应当进入法定程序', '您反映的事项已经进入或者应当通过诉讼、仲裁、纪检监察、行政复议、政府信息公开、信访等程序解决，代表不能代替这些程序作出决定。请向受理机关提出，也可以拨打法律服务热线咨询。', '法律服务热线 12348；纪检监察举报 12388；当地信访部门'),
    ('repeat', 3, '已办结且没有新的事实', '您反映的事项以前已经办结，这次没有新的事实和理由。如果情况有变化，请补充新的事实，我们会重新办理。', '联络站'),
    ('secret', 4, '涉及国家秘密、商业秘密、个人隐私', '您反映的内容涉及不能在这里公开办理的秘密或者他人隐私。请向有权处理的机关当面提出，不要在网上发送。', '有权处理的机关'),
    ('beyond_duties', 5, '不属于国家机关职责范围', '您反映的事项不属于国家机关的职责范围。可以由当事人协商，或者请居（村）委会、人民调解组织帮助调解。', '居（村）委会、人民调解委员会'),
    ('unlawful', 6, '违反法律法规或者公序良俗', '您提出的要求不符合法律法规的规定，我们不能办理。如果有不同看法，可以拨打法律服务热线咨询。', '法律服务热线 12348');

ALTER TABLE submissions
    ALTER COLUMN code_id DROP NOT NULL,
    -- 来源: the code on the wall, or entered by the station's staff from the paper form.
    ADD channel text NOT NULL DEFAULT 'code' CHECK (channel IN ('code', 'visit', 'phone', 'letter')),
    ADD entered_by_account_id uuid REFERENCES accounts (id),
    -- Counts how often the clock was planned: each reopening, resumption or change of urgency plans it anew.
    ADD clock smallint NOT NULL DEFAULT 0 CHECK (clock >= 0),
    ADD clock_started_at timestamptz,
    -- Working days that were left when the clock was stopped; null: the policy of the day on which it started.
    ADD clock_days smallint CHECK (clock_days > 0),
    ADD urgency text NOT NULL DEFAULT 'normal' CHECK (urgency IN ('normal', 'urgent', 'hard')),
    -- 涉及工作人员的举报: seen by the administrators of this division and of those above it, and by nobody else.
    ADD confidential_region text REFERENCES regions (code),
    ADD split_from_id uuid REFERENCES submissions (id) CHECK (split_from_id <> id),
    ADD merged_into_id uuid REFERENCES submissions (id) CHECK (merged_into_id <> id),
    ADD decline_kind text REFERENCES decline_kinds (code),
    -- The resident asked for a review of a refusal; once.
    ADD review_asked_at timestamptz,
    -- The level above answers now (上级办理).
    ADD handled_above boolean NOT NULL DEFAULT false,
    -- The resident agreed that the matter may be published without personal data.
    ADD publish_consent_at timestamptz,
    DROP CONSTRAINT submissions_state_check,
    DROP CONSTRAINT submissions_round_check,
    DROP CONSTRAINT submissions_route_reason_check,
    DROP CONSTRAINT submissions_close_reason_check,
    DROP CONSTRAINT submissions_check4,
    DROP CONSTRAINT submissions_check5;
UPDATE submissions SET clock = round, clock_started_at = CASE WHEN round = 0 THEN submitted_at ELSE (
    SELECT max(occurred_at) FROM events WHERE submission_id = submissions.id AND kind = 'reopened') END;
ALTER TABLE submissions
    ALTER COLUMN clock_started_at SET NOT NULL,
    ADD CONSTRAINT submissions_state_check CHECK (state IN (
        'registered', 'accepted', 'awaiting_resident', 'handed_over', 'merged', 'answered', 'declined', 'reopened',
        'closed')),
    ADD CONSTRAINT submissions_round_check CHECK (round BETWEEN 0 AND 3),
    ADD CONSTRAINT submissions_route_reason_check CHECK (route_reason IN (
        'on_duty', 'lead', 'assistant', 'transferred', 'station_staff', 'confidential')),
    ADD CONSTRAINT submissions_close_reason_check CHECK (close_reason IN ('rated', 'no_rating', 'declined')),
    ADD CONSTRAINT submissions_assignee_fits_reason CHECK (
        (assignee_deputy_id IS NULL) = (route_reason IN ('station_staff', 'confidential'))),
    ADD CONSTRAINT submissions_confidential_fits_reason CHECK (
        (confidential_region IS NOT NULL) = (route_reason = 'confidential')),
    ADD CONSTRAINT submissions_confidential_contains CHECK (starts_with(region_code, confidential_region)),
    -- 登记必复.
    ADD CONSTRAINT submissions_answered_has_answer CHECK (
        state NOT IN ('answered', 'declined', 'reopened', 'closed') OR first_answered_at IS NOT NULL),
    ADD CONSTRAINT submissions_registered_has_none CHECK (state <> 'registered' OR first_answered_at IS NULL),
    ADD CONSTRAINT submissions_merged_into CHECK ((state <> 'merged') OR merged_into_id IS NOT NULL),
    ADD CONSTRAINT submissions_declined_has_kind CHECK (state <> 'declined' OR decline_kind IS NOT NULL),
    ADD CONSTRAINT submissions_code_or_staff CHECK (
        CASE channel WHEN 'code' THEN code_id IS NOT NULL ELSE entered_by_account_id IS NOT NULL END);
CREATE INDEX submissions_merged_into ON submissions (merged_into_id) WHERE merged_into_id IS NOT NULL;
CREATE INDEX submissions_split_from ON submissions (split_from_id) WHERE split_from_id IS NOT NULL;
DROP INDEX submissions_open;
CREATE INDEX submissions_open ON submissions (answer_due_at, id)
    WHERE state IN ('registered', 'accepted', 'awaiting_resident', 'handed_over', 'reopened');

ALTER TABLE answers
    -- A refusal with guidance is an answer too.
    ADD kind text NOT NULL DEFAULT 'answer' CHECK (kind IN ('answer', 'decline')),
    -- One answer reaches all that were merged: the copy names the answer whose photos it shows.
    ADD same_as_id uuid REFERENCES answers (id);

-- What may never happen: a closed submission that nobody answered.
CREATE FUNCTION refuse_closing_without_answer() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM answers WHERE submission_id = NEW.id) THEN
        RAISE EXCEPTION 'submission % has no answer', NEW.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'closed_has_answer';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER submissions_closed_has_answer BEFORE INSERT OR UPDATE OF state ON submissions
    FOR EACH ROW WHEN (NEW.state = 'closed') EXECUTE FUNCTION refuse_closing_without_answer();

-- 请居民补充: the clock stands still until the resident has answered or the time for it is over.
CREATE TABLE info_requests (
    id uuid PRIMARY KEY,
    submission_id uuid NOT NULL REFERENCES submissions (id),
    asked_by_account_id uuid NOT NULL REFERENCES accounts (id),
    asked_by_name text NOT NULL CHECK (asked_by_name <> ''),
    question text NOT NULL CHECK (char_length(question) BETWEEN 2 AND 500),
    asked_at timestamptz NOT NULL,
    due_at timestamptz NOT NULL CHECK (due_at > asked_at),
    reply text CHECK (char_length(reply) BETWEEN 2 AND 4000),
    -- Answered, lapsed, or no longer needed because the answer was given.
    ended_at timestamptz CHECK (ended_at >= asked_at),
    CHECK (reply IS NULL OR ended_at IS NOT NULL)
);
CREATE UNIQUE INDEX info_requests_open ON info_requests (submission_id) WHERE ended_at IS NULL;
CREATE INDEX info_requests_submission ON info_requests (submission_id, asked_at);
ALTER TABLE photos
    ADD info_request_id uuid REFERENCES info_requests (id),
    DROP CONSTRAINT photos_check,
    DROP CONSTRAINT photos_check1,
    ADD CONSTRAINT photos_one_owner CHECK (num_nonnulls(submission_id, answer_id, info_request_id) <= 1),
    ADD CONSTRAINT photos_position CHECK (
        (num_nonnulls(submission_id, answer_id, info_request_id) = 0) = (position IS NULL)),
    ADD UNIQUE (info_request_id, position);
DROP INDEX photos_unattached;
CREATE INDEX photos_unattached ON photos (uploaded_at)
    WHERE submission_id IS NULL AND answer_id IS NULL AND info_request_id IS NULL;

-- 转办: to another deputy or another grid, with the reason; the whole chain stays.
CREATE TABLE transfers (
    id uuid PRIMARY KEY,
    submission_id uuid NOT NULL REFERENCES submissions (id),
    by_account_id uuid NOT NULL REFERENCES accounts (id),
    from_deputy_id uuid REFERENCES deputies (id),
    from_grid_id uuid NOT NULL REFERENCES grids (id),
    to_deputy_id uuid REFERENCES deputies (id),
    to_grid_id uuid NOT NULL REFERENCES grids (id),
    reason text NOT NULL CHECK (char_length(reason) BETWEEN 2 AND 500),
    -- It went back and forth; the station decides (站长协调).
    bounced boolean NOT NULL,
    transferred_at timestamptz NOT NULL
);
CREATE INDEX transfers_submission ON transfers (submission_id, transferred_at);

-- The clock of a submission, of a handover, of a promise: `clock` is the generation of that one's clock.
ALTER TABLE deadline_steps
    ADD clock smallint NOT NULL DEFAULT 0,
    DROP CONSTRAINT deadline_steps_step_check,
    DROP CONSTRAINT deadline_steps_submission_id_round_step_key;
UPDATE deadline_steps SET clock = round;
ALTER TABLE deadline_steps DROP COLUMN round;

-- 办理时限 by what they apply to. Months end on the same day of the month, or its last.
ALTER TABLE deadline_policies
    ADD applies_to text NOT NULL DEFAULT 'submission'
        CHECK (applies_to IN ('submission', 'office', 'intersession', 'proposal')),
    DROP CONSTRAINT deadline_policies_step_check,
    DROP CONSTRAINT deadline_policies_unit_check,
    DROP CONSTRAINT deadline_policies_step_effective_from_key,
    ADD UNIQUE (applies_to, step, effective_from),
    ADD CONSTRAINT deadline_policies_unit_check CHECK (unit IN ('working_days', 'calendar_days', 'months')),
    ADD CONSTRAINT deadline_policies_step_check CHECK (CASE applies_to
        WHEN 'submission' THEN step IN ('answer', 'urgent_answer', 'remind', 'escalate', 'auto_close', 'give_info')
        -- accept: accept or refuse; extend: the one extension; partner: opinion of a co-handling office; judge: the
        -- deputy's feedback on the office's answer; redo: after "not satisfied".
        ELSE step IN ('accept', 'answer', 'extend', 'partner', 'redo', 'judge', 'remind', 'escalate') END);
INSERT INTO deadline_policies (id, applies_to, step, amount, unit, effective_from) VALUES
    ('01900000-0000-7000-8000-000000000005', 'submission', 'urgent_answer', 1, 'working_days', '2000-01-01'),
    ('01900000-0000-7000-8000-000000000006', 'submission', 'give_info', 10, 'calendar_days', '2000-01-01'),
    ('01900000-0000-7000-8000-000000000011', 'office', 'accept', 2, 'working_days', '2000-01-01'),
    ('01900000-0000-7000-8000-000000000012', 'office', 'answer', 10, 'working_days', '2000-01-01'),
    ('01900000-0000-7000-8000-000000000013', 'office', 'extend', 10, 'working_days', '2000-01-01'),
    ('01900000-0000-7000-8000-000000000014', 'office', 'partner', 5, 'working_days', '2000-01-01'),
    ('01900000-0000-7000-8000-000000000015', 'office', 'redo', 5, 'working_days', '2000-01-01'),
    ('01900000-0000-7000-8000-000000000016', 'office', 'judge', 5, 'working_days', '2000-01-01'),
    ('01900000-0000-7000-8000-000000000017', 'office', 'remind', 1, 'working_days', '2000-01-01'),
    ('01900000-0000-7000-8000-000000000018', 'office', 'escalate', 1, 'working_days', '2000-01-01'),
    ('01900000-0000-7000-8000-000000000021', 'intersession', 'accept', 5, 'working_days', '2000-01-01'),
    ('01900000-0000-7000-8000-000000000022', 'intersession', 'answer', 3, 'months', '2000-01-01'),
    ('01900000-0000-7000-8000-000000000023', 'intersession', 'extend', 3, 'months', '2000-01-01'),
    ('01900000-0000-7000-8000-000000000024', 'intersession', 'partner', 1, 'months', '2000-01-01'),
    ('01900000-0000-7000-8000-000000000025', 'intersession', 'redo', 1, 'months', '2000-01-01'),
    ('01900000-0000-7000-8000-000000000026', 'intersession', 'judge', 15, 'working_days', '2000-01-01'),
    ('01900000-0000-7000-8000-000000000027', 'intersession', 'remind', 10, 'working_days', '2000-01-01'),
    ('01900000-0000-7000-8000-000000000028', 'intersession', 'escalate', 5, 'working_days', '2000-01-01'),
    ('01900000-0000-7000-8000-000000000031', 'proposal', 'accept', 5, 'working_days', '2000-01-01'),
    ('01900000-0000-7000-8000-000000000032', 'proposal', 'answer', 3, 'months', '2000-01-01'),
    ('01900000-0000-7000-8000-000000000033', 'proposal', 'extend', 3, 'months', '2000-01-01'),
    ('01900000-0000-7000-8000-000000000034', 'proposal', 'partner', 1, 'months', '2000-01-01'),
    ('01900000-0000-7000-8000-000000000035', 'proposal', 'redo', 1, 'months', '2000-01-01'),
    ('01900000-0000-7000-8000-000000000036', 'proposal', 'judge', 15, 'working_days', '2000-01-01'),
    ('01900000-0000-7000-8000-000000000037', 'proposal', 'remind', 10, 'working_days', '2000-01-01'),
    ('01900000-0000-7000-8000-000000000038', 'proposal', 'escalate', 5, 'working_days', '2000-01-01');

-- The timeline as a chain: each event carries the digest of the one before, and the head of the chain is kept apart, so
-- that a changed, a missing and a cut-off event are found (`minyi-api verify-timeline`).
CREATE TABLE event_heads (
    submission_id uuid PRIMARY KEY REFERENCES submissions (id),
    seq integer NOT NULL CHECK (seq > 0),
    digest bytea NOT NULL CHECK (octet_length(digest) = 32)
);
ALTER TABLE events
    ADD seq integer,
    ADD digest bytea,
    DROP CONSTRAINT events_kind_check,
    ADD CONSTRAINT events_kind_check CHECK (kind IN (
        'registered', 'routed', 'notified', 'reminded', 'overdue', 'escalated', 'answered', 'rated', 'reopened',
        'closed', 'contact_viewed',
        'accepted', 'info_asked', 'info_given', 'info_lapsed', 'declined', 'review_asked', 'transferred', 'merged',
        'unmerged', 'split', 'classified', 'made_confidential', 'urgency_changed',
        'handed_over', 'handover_accepted', 'handover_refused', 'handover_extended', 'handover_partner_opined',
        'handover_answered', 'handover_redo', 'handover_done', 'handover_withdrawn', 'handover_overdue',
        'handover_escalated', 'judgement_overdue', 'proposed',
        'promise_made', 'promise_kept', 'promise_overdue',
        'hearing_planned', 'hearing_held', 'appointment_asked', 'appointment_settled', 'revisited',
        'publish_consented', 'publish_withdrawn', 'released', 'release_withdrawn'));

CREATE FUNCTION event_digest(before bytea, event events) RETURNS bytea LANGUAGE sql STABLE AS $$
    SELECT sha256(before || convert_to(concat_ws('|', event.id, event.submission_id, event.seq, event.kind, event.actor,
        coalesce(event.actor_account_id::text, '-'), event.is_public,
        trunc(extract(epoch FROM event.occurred_at) * 1000000), event.data), 'UTF8'))
$$;
CREATE FUNCTION chain_event() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    head event_heads;
BEGIN
    SELECT * INTO head FROM event_heads WHERE submission_id = NEW.submission_id FOR UPDATE;
    NEW.seq := coalesce(head.seq, 0) + 1;
    NEW.digest := event_digest(coalesce(head.digest, ''), NEW);
    IF head.seq IS NULL THEN
        INSERT INTO event_heads VALUES (NEW.submission_id, NEW.seq, NEW.digest);
    ELSE
        UPDATE event_heads SET seq = NEW.seq, digest = NEW.digest WHERE submission_id = NEW.submission_id;
    END IF;
    RETURN NEW;
END $$;

-- The events that are there already, in the order in which they are shown.
ALTER TABLE events DISABLE TRIGGER events_append_only;
DO $$
DECLARE
    event events;
    head event_heads;
BEGIN
    FOR event IN SELECT * FROM events ORDER BY submission_id, occurred_at, id LOOP
        IF head.submission_id IS DISTINCT FROM event.submission_id THEN
            head := (event.submission_id, 0, ''::bytea);
        END IF;
        event.seq := head.seq + 1;
        event.digest := event_digest(head.digest, event);
        UPDATE events SET seq = event.seq, digest = event.digest WHERE id = event.id;
        head := (event.submission_id, event.seq, event.digest);
        INSERT INTO event_heads VALUES (head.submission_id, head.seq, head.digest)
            ON CONFLICT (submission_id) DO UPDATE SET seq = excluded.seq, digest = excluded.digest;
    END LOOP;
END $$;
ALTER TABLE events ENABLE TRIGGER events_append_only;
ALTER TABLE events
    ALTER COLUMN seq SET NOT NULL,
    ALTER COLUMN digest SET NOT NULL,
    ADD CHECK (octet_length(digest) = 32),
    ADD UNIQUE (submission_id, seq);
CREATE TRIGGER events_chain BEFORE INSERT ON events FOR EACH ROW EXECUTE FUNCTION chain_event();

-- Who has to act on a submission now: the level above once it went there, the administrators who may see a report on an
-- official, otherwise whoever is responsible.
CREATE FUNCTION handling_accounts(submission uuid) RETURNS SETOF uuid LANGUAGE sql STABLE AS $$
    SELECT account FROM submissions, LATERAL supervising_accounts(
        coalesce(confidential_region, region_code)) AS account
    WHERE submissions.id = submission AND (handled_above OR confidential_region IS NOT NULL)
    UNION
    SELECT account FROM submissions, LATERAL responsible_accounts(assignee_deputy_id, site_id, region_code) AS account
    WHERE submissions.id = submission AND NOT handled_above AND confidential_region IS NULL
$$;
