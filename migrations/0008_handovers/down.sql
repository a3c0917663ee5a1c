ALTER TABLE deadline_steps
    DROP CONSTRAINT deadline_steps_step_check,
    DROP CONSTRAINT deadline_steps_once,
    DROP COLUMN promise_id,
    DROP COLUMN handover_id;
DROP TABLE promises, handover_answers, handover_partners, handover_submissions, handovers, proposal_cosigners,
    proposal_submissions, proposals;
