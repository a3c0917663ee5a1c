DROP TABLE personal_data_items, personal_data_requests;
ALTER TABLE submissions DROP COLUMN frozen_at, DROP COLUMN erased_at;
