DROP TABLE exports;
ALTER TABLE submissions DROP first_due_at, DROP rated_solved, DROP rated_satisfaction;
