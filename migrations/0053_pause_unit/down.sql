ALTER TABLE submissions DROP COLUMN clock_unit;
