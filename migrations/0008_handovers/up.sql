-- 交办 (代表不直接处理): a matter goes to the office that can act, and comes back to the deputy, who judges the answer.

-- 代表建议 and 闭会期间代表建议: several submissions may become one proposal; the lineage stands in both directions.
CREATE TABLE proposals (
    id uuid PRIMARY KEY,
    channel text NOT NULL CHECK (channel IN ('intersession', 'proposal')),
    -- The congress to which it is addressed: a county's, city's or province's division.
    region_code text NOT NULL REFERENCES regions (code),
    number text UNIQUE CHECK (number <> ''),
    title text NOT NULL CHECK (char_length(title) BETWEEN 2 AND 100),
    text text NOT NULL CHECK (char_length(text) BETWEEN 2 AND 8000),
    lead_deputy_id uuid NOT NULL REFERENCES deputies (id),
    drafted_by_account_id uuid NOT NULL REFERENCES accounts (id),
    drafted_at timestamptz NOT NULL,
    submitted_at timestamptz,
    CHECK (submitted_at IS NULL OR number IS NOT NULL)
);
CREATE INDEX proposals_region ON proposals (region_code text_pattern_ops, drafted_at DESC, id DESC);
CREATE INDEX proposals_deputy ON proposals (lead_deputy_id, drafted_at DESC);
CREATE TABLE proposal_submissions (
    proposal_id uuid NOT NULL REFERENCES proposals (id),
    submission_id uuid NOT NULL REFERENCES submissions (id),
    PRIMARY KEY (proposal_id, submission_id)
);
CREATE INDEX proposal_submissions_submission ON proposal_submissions (submission_id);
CREATE TABLE proposal_cosigners (
    proposal_id uuid NOT NULL REFERENCES proposals (id),
    deputy_id uuid NOT NULL REFERENCES deputies (id),
    PRIMARY KEY (proposal_id, deputy_id)
);

CREATE TABLE handovers (
    id uuid PRIMARY KEY,
    channel text NOT NULL CHECK (channel IN ('office', 'intersession', 'proposal')),
    -- Its clock and its messages hang on this one; all submissions stand in handover_submissions.
    lead_submission_id uuid NOT NULL REFERENCES submissions (id),
    proposal_id uuid REFERENCES proposals (id),
    office_id uuid NOT NULL REFERENCES offices (id),
    handed_by_account_id uuid NOT NULL REFERENCES accounts (id),
    handed_by_name text NOT NULL CHECK (handed_by_name <> ''),
    demand text NOT NULL CHECK (char_length(demand) BETWEEN 2 AND 4000),
    -- 难事: the longer limit of the law applies.
    is_hard boolean NOT NULL DEFAULT false,
    state text NOT NULL CHECK (state IN ('offered', 'accepted', 'answered', 'redo', 'done', 'refused', 'withdrawn')),
    clock smallint NOT NULL DEFAULT 0 CHECK (clock >= 0),
    handed_at timestamptz NOT NULL,
    accept_due_at timestamptz NOT NULL CHECK (accept_due_at > handed_at),
    answer_due_at timestamptz NOT NULL CHECK (answer_due_at > handed_at),
    answer_due_provisional boolean NOT NULL,
    accepted_at timestamptz CHECK (accepted_at >= handed_at),
    responsible_name text CHECK (responsible_name <> ''),
    extended_at timestamptz,
    extension_reason text CHECK (char_length(extension_reason) BETWEEN 2 AND 500),
    refusal_reason text CHECK (char_length(refusal_reason) BETWEEN 2 AND 500),
    redos smallint NOT NULL DEFAULT 0 CHECK (redos >= 0),
    overdue_at timestamptz,
    escalated_at timestamptz,
    finished_at timestamptz,
    CHECK ((channel = 'office') = (proposal_id IS NULL)),
    CHECK ((state IN ('accepted', 'answered', 'redo', 'done')) <= (accepted_at IS NOT NULL)),
    CHECK ((accepted_at IS NULL) = (responsible_name IS NULL)),
    CHECK ((extended_at IS NULL) = (extension_reason IS NULL)),
    CHECK ((state = 'refused') = (refusal_reason IS NOT NULL)),
    CHECK ((state IN ('done', 'refused', 'withdrawn')) = (finished_at IS NOT NULL))
);
CREATE INDEX handovers_office ON handovers (office_id, handed_at DESC, id DESC);
CREATE INDEX handovers_open ON handovers (answer_due_at, id) WHERE finished_at IS NULL;
CREATE INDEX handovers_proposal ON handovers (proposal_id) WHERE proposal_id IS NOT NULL;
CREATE TABLE handover_submissions (
    handover_id uuid NOT NULL REFERENCES handovers (id),
    submission_id uuid NOT NULL REFERENCES submissions (id),
    PRIMARY KEY (handover_id, submission_id)
);
CREATE INDEX handover_submissions_submission ON handover_submissions (submission_id);

-- 协办单位.
CREATE TABLE handover_partners (
    handover_id uuid NOT NULL REFERENCES handovers (id),
    office_id uuid NOT NULL REFERENCES offices (id),
    invited_at timestamptz NOT NULL,
    due_at timestamptz NOT NULL CHECK (due_at > invited_at),
    opinion text CHECK (char_length(opinion) BETWEEN 2 AND 4000),
    opined_by_account_id uuid REFERENCES accounts (id),
    opined_at timestamptz,
    PRIMARY KEY (handover_id, office_id),
    CHECK (num_nulls(opinion, opined_by_account_id, opined_at) IN (0, 3))
);
CREATE INDEX handover_partners_office ON handover_partners (office_id);

-- 办理结果: A 解决, B 正在解决, C 列入计划, D 留作参考. For B and C the office says by when.
CREATE TABLE handover_answers (
    id uuid PRIMARY KEY,
    handover_id uuid NOT NULL REFERENCES handovers (id),
    redo smallint NOT NULL,
    author_account_id uuid NOT NULL REFERENCES accounts (id),
    author_name text NOT NULL CHECK (author_name <> ''),
    text text NOT NULL CHECK (char_length(text) BETWEEN 2 AND 8000),
    result text NOT NULL CHECK (result IN ('a', 'b', 'c', 'd')),
    promised_on date,
    answered_at timestamptz NOT NULL,
    judge_due_at timestamptz NOT NULL CHECK (judge_due_at > answered_at),
    satisfied boolean,
    judge_comment text CHECK (char_length(judge_comment) BETWEEN 2 AND 1000),
    judged_by_account_id uuid REFERENCES accounts (id),
    judged_at timestamptz,
    UNIQUE (handover_id, redo),
    CHECK ((result IN ('b', 'c')) = (promised_on IS NOT NULL)),
    CHECK (num_nulls(satisfied, judged_by_account_id, judged_at) IN (0, 3)),
    CHECK (satisfied IS DISTINCT FROM false OR judge_comment IS NOT NULL)
);

-- 承诺: tracked until kept; the residents hear of it.
CREATE TABLE promises (
    id uuid PRIMARY KEY,
    submission_id uuid NOT NULL REFERENCES submissions (id),
    handover_id uuid REFERENCES handovers (id),
    text text NOT NULL CHECK (char_length(text) BETWEEN 2 AND 1000),
    promised_by text NOT NULL CHECK (promised_by <> ''),
    due_on date NOT NULL,
    made_at timestamptz NOT NULL,
    overdue_at timestamptz,
    kept_at timestamptz CHECK (kept_at >= made_at),
    kept_note text CHECK (char_length(kept_note) BETWEEN 2 AND 1000),
    kept_by_account_id uuid REFERENCES accounts (id),
    CHECK (num_nulls(kept_at, kept_note, kept_by_account_id) IN (0, 3))
);
CREATE INDEX promises_submission ON promises (submission_id);
CREATE INDEX promises_open ON promises (due_on, id) WHERE kept_at IS NULL;

-- A step belongs to the submission's own clock, to a handover's, or to a promise's; the submission is named in each.
ALTER TABLE deadline_steps
    ADD handover_id uuid REFERENCES handovers (id),
    ADD promise_id uuid REFERENCES promises (id),
    ADD CHECK (num_nonnulls(handover_id, promise_id) <= 1),
    ADD CONSTRAINT deadline_steps_once UNIQUE NULLS NOT DISTINCT (submission_id, handover_id, promise_id, clock, step),
    ADD CONSTRAINT deadline_steps_step_check CHECK (CASE
        WHEN handover_id IS NOT NULL THEN
            step IN ('handover_accept', 'handover_remind', 'handover_overdue', 'handover_escalate', 'judge')
        WHEN promise_id IS NOT NULL THEN step IN ('promise_remind', 'promise_overdue')
        ELSE step IN ('remind', 'overdue', 'escalate', 'auto_close', 'info_lapse') END);
