DROP TABLE revisits, revisit_policy;
DELETE FROM deadline_steps WHERE promise_id IN (SELECT id FROM promises WHERE hearing_id IS NOT NULL);
DELETE FROM promises WHERE hearing_id IS NOT NULL;
ALTER TABLE promises DROP COLUMN hearing_id;
DROP TABLE hearing_deputies, hearing_offices, hearing_submissions, hearings, appointments, slot_schemes;
