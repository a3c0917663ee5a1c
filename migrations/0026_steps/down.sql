DELETE FROM deadline_steps WHERE step IN ('remind_half', 'overdue_daily', 'escalate_head', 'escalate_county',
    'handover_remind_half', 'handover_daily', 'handover_escalate_head', 'handover_escalate_county');
ALTER TABLE deadline_steps
    DROP CONSTRAINT deadline_steps_step_check,
    DROP CONSTRAINT deadline_steps_daily,
    DROP CONSTRAINT deadline_steps_once,
    DROP COLUMN turn,
    ADD CONSTRAINT deadline_steps_once UNIQUE NULLS NOT DISTINCT (submission_id, handover_id, promise_id, clock, step),
    ADD CONSTRAINT deadline_steps_step_check CHECK (CASE
        WHEN handover_id IS NOT NULL THEN
            step IN ('handover_accept', 'handover_remind', 'handover_overdue', 'handover_escalate', 'judge')
        WHEN promise_id IS NOT NULL THEN step IN ('promise_remind', 'promise_overdue')
        ELSE step IN ('remind', 'overdue', 'escalate', 'auto_close', 'info_lapse') END);
DELETE FROM deadline_policies WHERE step IN ('escalate_head', 'escalate_county');
ALTER TABLE deadline_policies
    DROP CONSTRAINT deadline_policies_step_check,
    DROP CONSTRAINT deadline_policies_amount_check,
    ADD CONSTRAINT deadline_policies_amount_check CHECK (amount BETWEEN 1 AND 400),
    ADD CONSTRAINT deadline_policies_step_check CHECK (CASE applies_to
        WHEN 'submission' THEN step IN ('answer', 'urgent_answer', 'remind', 'escalate', 'auto_close', 'give_info')
        ELSE step IN ('accept', 'answer', 'extend', 'partner', 'redo', 'judge', 'remind', 'escalate') END);
