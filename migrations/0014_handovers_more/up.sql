-- 交办: numbers of proposals by congress and year, what an office promises in its answer, and the ways to the steps.

-- The last number that was given out; counted in the transaction that submits, so that there is no hole.
CREATE TABLE proposal_numbers (
    region_code text NOT NULL REFERENCES regions (code),
    channel text NOT NULL CHECK (channel IN ('intersession', 'proposal')),
    year smallint NOT NULL,
    last integer NOT NULL CHECK (last > 0),
    PRIMARY KEY (region_code, channel, year)
);
-- Two counties count each for itself.
ALTER TABLE proposals
    DROP CONSTRAINT proposals_number_key,
    ADD CONSTRAINT proposals_number UNIQUE (region_code, number);

-- What is promised for the day that stands beside it; it becomes a promise when the deputy approves.
ALTER TABLE handover_answers
    ADD promise text CHECK (char_length(promise) BETWEEN 2 AND 1000),
    ADD CONSTRAINT handover_answers_promise CHECK ((promise IS NULL) = (promised_on IS NULL));

-- A handover is approved once, so each resident is promised once.
ALTER TABLE promises ADD CONSTRAINT promises_once UNIQUE (handover_id, submission_id);

CREATE INDEX deadline_steps_handover ON deadline_steps (handover_id) WHERE handover_id IS NOT NULL;
CREATE INDEX deadline_steps_promise ON deadline_steps (promise_id) WHERE promise_id IS NOT NULL;
