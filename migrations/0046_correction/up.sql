-- 更正 (个人信息保护法 Art. 46): a personal-information request that puts another name or phone in place of a wrong one.
ALTER TABLE personal_data_requests
    DROP CONSTRAINT personal_data_requests_kind_check,
    ADD CONSTRAINT personal_data_requests_kind_check CHECK (kind IN ('erase', 'freeze', 'unfreeze', 'correct')),
    -- What is to stand there, sealed for this request; forgotten once it is decided.
    ADD new_name_sealed bytea,
    ADD new_phone_sealed bytea,
    -- Submissions whose contact data was changed.
    ADD corrected integer CHECK (corrected >= 0),
    ADD CONSTRAINT personal_data_requests_correction CHECK (CASE
        WHEN kind = 'correct' AND decided_at IS NULL THEN num_nonnulls(new_name_sealed, new_phone_sealed) > 0
        ELSE num_nonnulls(new_name_sealed, new_phone_sealed) = 0 END),
    ADD CONSTRAINT personal_data_requests_corrected CHECK (
        (corrected IS NOT NULL) = (kind = 'correct' AND decided_at IS NOT NULL));
