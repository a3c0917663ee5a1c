-- The plan of steps (办理时限的步骤): reminded at half of the time, daily while it is late, escalated to the station's head, the
-- street and the county, each after its own time. A clock that runs keeps the steps with which it was planned.

ALTER TABLE deadline_policies
    DROP CONSTRAINT deadline_policies_amount_check,
    DROP CONSTRAINT deadline_policies_step_check,
    -- escalate_head 0: at the moment at which the answer was due.
    ADD CONSTRAINT deadline_policies_amount_check CHECK (
        amount BETWEEN CASE step WHEN 'escalate_head' THEN 0 ELSE 1 END AND 400),
    ADD CONSTRAINT deadline_policies_step_check CHECK (CASE applies_to
        WHEN 'submission' THEN step IN ('answer', 'urgent_answer', 'remind', 'escalate_head', 'escalate',
            'escalate_county', 'auto_close', 'give_info')
        ELSE step IN ('accept', 'answer', 'extend', 'partner', 'redo', 'judge', 'remind', 'escalate_head', 'escalate',
            'escalate_county') END);
INSERT INTO deadline_policies (id, applies_to, step, amount, unit, effective_from) VALUES
    ('01900000-0000-7000-8000-000000000041', 'submission', 'escalate_head', 0, 'working_days', '2000-01-01'),
    ('01900000-0000-7000-8000-000000000042', 'submission', 'escalate_county', 3, 'working_days', '2000-01-01'),
    ('01900000-0000-7000-8000-000000000043', 'office', 'escalate_head', 0, 'working_days', '2000-01-01'),
    ('01900000-0000-7000-8000-000000000044', 'office', 'escalate_county', 3, 'working_days', '2000-01-01'),
    ('01900000-0000-7000-8000-000000000045', 'intersession', 'escalate_head', 0, 'working_days', '2000-01-01'),
    ('01900000-0000-7000-8000-000000000046', 'intersession', 'escalate_county', 10, 'working_days', '2000-01-01'),
    ('01900000-0000-7000-8000-000000000047', 'proposal', 'escalate_head', 0, 'working_days', '2000-01-01'),
    ('01900000-0000-7000-8000-000000000048', 'proposal', 'escalate_county', 10, 'working_days', '2000-01-01');

-- A daily reminder is taken once a day: each turn is a row of its own, written by the one before.
ALTER TABLE deadline_steps
    ADD turn smallint NOT NULL DEFAULT 0 CHECK (turn >= 0),
    DROP CONSTRAINT deadline_steps_once,
    DROP CONSTRAINT deadline_steps_step_check,
    ADD CONSTRAINT deadline_steps_once
        UNIQUE NULLS NOT DISTINCT (submission_id, handover_id, promise_id, clock, step, turn),
    ADD CONSTRAINT deadline_steps_daily CHECK (turn = 0 OR step IN ('overdue_daily', 'handover_daily')),
    ADD CONSTRAINT deadline_steps_step_check CHECK (CASE
        WHEN handover_id IS NOT NULL THEN step IN ('handover_accept', 'handover_remind_half', 'handover_remind',
            'handover_overdue', 'handover_daily', 'handover_escalate_head', 'handover_escalate',
            'handover_escalate_county', 'judge')
        WHEN promise_id IS NOT NULL THEN step IN ('promise_remind', 'promise_overdue')
        ELSE step IN ('remind_half', 'remind', 'overdue', 'overdue_daily', 'escalate_head', 'escalate',
            'escalate_county', 'auto_close', 'info_lapse') END);
