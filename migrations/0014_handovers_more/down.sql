DROP INDEX deadline_steps_promise, deadline_steps_handover;
ALTER TABLE promises DROP CONSTRAINT promises_once;
ALTER TABLE handover_answers
    DROP CONSTRAINT handover_answers_promise,
    DROP COLUMN promise;
ALTER TABLE proposals
    DROP CONSTRAINT proposals_number,
    ADD CONSTRAINT proposals_number_key UNIQUE (number);
DROP TABLE proposal_numbers;
