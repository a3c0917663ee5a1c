-- 个人信息请求 (个人信息保护法 Art. 44–50): what is kept of a person is deleted, or its processing is stopped where the law
-- forbids deletion (Art. 47). Asked for by one person, decided by another.

ALTER TABLE submissions
    -- 停止处理: the contact data stays sealed and is not opened any more.
    ADD frozen_at timestamptz,
    ADD erased_at timestamptz,
    -- What may never happen: personal data where it was said that there is none.
    ADD CONSTRAINT submissions_erased_has_none CHECK (erased_at IS NULL OR num_nonnulls(
        contact_name_sealed, contact_phone_sealed, phone_index, longitude, address) = 0),
    -- 登记必复: what is not done cannot lose what is needed to answer.
    ADD CONSTRAINT submissions_erased_closed CHECK (erased_at IS NULL OR state = 'closed');

CREATE TABLE personal_data_requests (
    id uuid PRIMARY KEY,
    number text NOT NULL UNIQUE,
    kind text NOT NULL CHECK (kind IN ('erase', 'freeze', 'unfreeze')),
    -- Whose, without saying it; forgotten once it is decided.
    phone_index bytea CHECK (octet_length(phone_index) = 32),
    reason text NOT NULL CHECK (char_length(reason) BETWEEN 2 AND 500),
    asked_by_account_id uuid NOT NULL REFERENCES accounts (id),
    asked_at timestamptz NOT NULL,
    decided_by_account_id uuid REFERENCES accounts (id),
    decided_at timestamptz CHECK (decided_at >= asked_at),
    granted boolean,
    decision_reason text CHECK (char_length(decision_reason) BETWEEN 2 AND 500),
    -- Submissions that lost their personal data, and those whose processing was stopped or taken up again.
    erased integer CHECK (erased >= 0),
    frozen integer CHECK (frozen >= 0),
    CHECK (num_nulls(decided_by_account_id, decided_at, granted, decision_reason, erased, frozen) IN (0, 6)),
    CHECK ((decided_at IS NULL) = (phone_index IS NOT NULL)),
    -- Two persons.
    CHECK (decided_by_account_id <> asked_by_account_id)
);
CREATE INDEX personal_data_requests_asked ON personal_data_requests (asked_at DESC, id DESC);
CREATE TABLE personal_data_items (
    request_id uuid NOT NULL REFERENCES personal_data_requests (id),
    submission_id uuid NOT NULL REFERENCES submissions (id),
    PRIMARY KEY (request_id, submission_id)
);
