ALTER TABLE personal_data_requests
    DROP CONSTRAINT personal_data_requests_corrected,
    DROP CONSTRAINT personal_data_requests_correction,
    DROP COLUMN corrected,
    DROP COLUMN new_phone_sealed,
    DROP COLUMN new_name_sealed,
    DROP CONSTRAINT personal_data_requests_kind_check,
    ADD CONSTRAINT personal_data_requests_kind_check CHECK (kind IN ('erase', 'freeze', 'unfreeze'));
