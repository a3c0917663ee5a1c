-- 台账和统计: what is counted stands in the submission itself, so that a year of a city is one scan; and who took which
-- list out of the product is kept.
ALTER TABLE submissions
    -- The promise that held when the first answer was given; reopening makes a new one.
    ADD first_due_at timestamptz,
    -- The last rating.
    ADD rated_solved boolean,
    ADD rated_satisfaction text CHECK (rated_satisfaction IN ('satisfied', 'basically_satisfied', 'dissatisfied'));
UPDATE submissions SET first_due_at = coalesce((
        SELECT due_at FROM deadline_steps
        WHERE submission_id = submissions.id AND step = 'overdue' AND deadline_steps.clock = 0
            AND handover_id IS NULL AND promise_id IS NULL
    ), answer_due_at)
    WHERE first_answered_at IS NOT NULL;
UPDATE submissions SET rated_solved = solved, rated_satisfaction = satisfaction
    FROM (SELECT DISTINCT ON (submission_id) * FROM ratings ORDER BY submission_id, round DESC) AS last
    WHERE last.submission_id = submissions.id;
ALTER TABLE submissions
    ADD CONSTRAINT submissions_first_due_fits CHECK (first_due_at IS NULL OR first_answered_at IS NOT NULL),
    ADD CONSTRAINT submissions_rated_whole CHECK (num_nulls(rated_solved, rated_satisfaction) IN (0, 2)),
    ADD CONSTRAINT submissions_rated_answered CHECK (rated_solved IS NULL OR first_answered_at IS NOT NULL);

-- 导出记录, for the audit. Append-only.
CREATE TABLE exports (
    id uuid PRIMARY KEY,
    account_id uuid NOT NULL REFERENCES accounts (id),
    kind text NOT NULL CHECK (kind IN ('ledger_xlsx', 'ledger_pdf', 'archive')),
    -- As it was asked for; no personal data.
    filter jsonb NOT NULL CHECK (jsonb_typeof(filter) = 'object'),
    row_count bigint NOT NULL CHECK (row_count >= 0),
    exported_at timestamptz NOT NULL
);
CREATE INDEX exports_account ON exports (account_id, exported_at DESC);
CREATE TRIGGER exports_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON exports
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
