-- The statistics ask of each submission whose clock began anew whether it was ever escalated (升级督办). The planner answers
-- that once for all of them, from every event that says so; without this index it reads all events to find them.
CREATE INDEX events_escalated ON events (submission_id) WHERE kind = 'escalated';
