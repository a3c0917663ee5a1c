DROP FUNCTION handling_accounts;
DROP TRIGGER events_chain ON events;
DROP FUNCTION chain_event;
DROP FUNCTION event_digest;
ALTER TABLE events
    DROP COLUMN digest,
    DROP COLUMN seq,
    DROP CONSTRAINT events_kind_check,
    ADD CONSTRAINT events_kind_check CHECK (kind IN (
        'registered', 'routed', 'notified', 'reminded', 'overdue', 'escalated', 'answered', 'rated', 'reopened',
        'closed', 'contact_viewed'));
DROP TABLE event_heads;
DELETE FROM deadline_policies WHERE applies_to <> 'submission' OR step IN ('urgent_answer', 'give_info');
ALTER TABLE deadline_policies
    DROP CONSTRAINT deadline_policies_step_check,
    DROP CONSTRAINT deadline_policies_unit_check,
    DROP COLUMN applies_to,
    ADD CONSTRAINT deadline_policies_unit_check CHECK (unit IN ('working_days', 'calendar_days')),
    ADD CONSTRAINT deadline_policies_step_check CHECK (step IN ('answer', 'remind', 'escalate', 'auto_close')),
    ADD UNIQUE (step, effective_from);
ALTER TABLE deadline_steps RENAME COLUMN clock TO round;
ALTER TABLE deadline_steps
    ALTER COLUMN round DROP DEFAULT,
    ADD CONSTRAINT deadline_steps_step_check CHECK (step IN ('remind', 'overdue', 'escalate', 'auto_close')),
    ADD UNIQUE (submission_id, round, step);
DROP TABLE transfers;
DROP INDEX photos_unattached;
ALTER TABLE photos
    DROP COLUMN info_request_id,
    ADD CONSTRAINT photos_check CHECK (num_nonnulls(submission_id, answer_id) <= 1),
    ADD CONSTRAINT photos_check1 CHECK ((num_nonnulls(submission_id, answer_id) = 0) = (position IS NULL));
CREATE INDEX photos_unattached ON photos (uploaded_at) WHERE submission_id IS NULL AND answer_id IS NULL;
DROP TABLE info_requests;
DROP TRIGGER submissions_closed_has_answer ON submissions;
DROP FUNCTION refuse_closing_without_answer;
ALTER TABLE answers DROP COLUMN kind, DROP COLUMN same_as_id;
DROP INDEX submissions_open;
ALTER TABLE submissions
    DROP COLUMN publish_consent_at,
    DROP COLUMN handled_above,
    DROP COLUMN review_asked_at,
    DROP COLUMN decline_kind,
    DROP COLUMN merged_into_id,
    DROP COLUMN split_from_id,
    DROP COLUMN confidential_region,
    DROP COLUMN urgency,
    DROP COLUMN clock_days,
    DROP COLUMN clock_started_at,
    DROP COLUMN clock,
    DROP COLUMN entered_by_account_id,
    DROP COLUMN channel,
    ALTER COLUMN code_id SET NOT NULL,
    DROP CONSTRAINT submissions_state_check,
    DROP CONSTRAINT submissions_round_check,
    DROP CONSTRAINT submissions_route_reason_check,
    DROP CONSTRAINT submissions_close_reason_check,
    DROP CONSTRAINT IF EXISTS submissions_assignee_fits_reason,
    DROP CONSTRAINT submissions_answered_has_answer,
    DROP CONSTRAINT submissions_registered_has_none,
    ADD CONSTRAINT submissions_state_check CHECK (state IN ('registered', 'answered', 'reopened', 'closed')),
    ADD CONSTRAINT submissions_round_check CHECK (round BETWEEN 0 AND 1),
    ADD CONSTRAINT submissions_route_reason_check CHECK (
        route_reason IN ('on_duty', 'lead', 'assistant', 'station_staff')),
    ADD CONSTRAINT submissions_close_reason_check CHECK (close_reason IN ('rated', 'no_rating')),
    ADD CONSTRAINT submissions_check4 CHECK ((assignee_deputy_id IS NULL) = (route_reason = 'station_staff')),
    ADD CONSTRAINT submissions_check5 CHECK ((state = 'registered') = (first_answered_at IS NULL));
CREATE INDEX submissions_open ON submissions (answer_due_at, id) WHERE state IN ('registered', 'reopened');
DROP TABLE decline_kinds;
