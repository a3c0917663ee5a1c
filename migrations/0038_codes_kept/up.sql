-- Codes for a purpose: a grid has at most one living code of each purpose and serial number, so that making them again
-- makes none twice. Codes from before have no purpose.
ALTER TABLE codes
    ADD purpose text CHECK (char_length(purpose) BETWEEN 1 AND 20),
    ADD serial smallint CHECK (serial BETWEEN 1 AND 50),
    ADD CONSTRAINT codes_purpose_and_serial CHECK ((purpose IS NULL) = (serial IS NULL)),
    -- A code and its successor change places within one transaction.
    ALTER CONSTRAINT codes_successor_id_fkey DEFERRABLE INITIALLY DEFERRED;
CREATE UNIQUE INDEX codes_living ON codes (grid_id, purpose, serial) WHERE state IN ('active', 'suspended');

-- What was done with a code, by whom and why. Append-only.
CREATE TABLE code_events (
    id uuid PRIMARY KEY,
    code_id uuid NOT NULL REFERENCES codes (id),
    kind text NOT NULL CHECK (kind IN ('made', 'suspended', 'resumed', 'replaced', 'retired', 'hung', 'taken_down')),
    reason text CHECK (char_length(reason) BETWEEN 2 AND 500),
    account_id uuid NOT NULL REFERENCES accounts (id),
    occurred_at timestamptz NOT NULL,
    CHECK (reason IS NOT NULL OR kind NOT IN ('suspended', 'replaced', 'retired'))
);
CREATE INDEX code_events_code ON code_events (code_id, occurred_at, id);
CREATE INDEX code_events_account ON code_events (account_id, occurred_at DESC);
CREATE TRIGGER code_events_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON code_events
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- 张贴: where a code hangs in fact. At most one of a code's has not been taken down.
CREATE TABLE code_installations (
    id uuid PRIMARY KEY,
    code_id uuid NOT NULL REFERENCES codes (id),
    hung_on date NOT NULL,
    hung_by text NOT NULL CHECK (char_length(hung_by) BETWEEN 1 AND 30),
    note text NOT NULL DEFAULT '' CHECK (char_length(note) <= 200),
    recorded_by_account_id uuid NOT NULL REFERENCES accounts (id),
    recorded_at timestamptz NOT NULL,
    removed_on date CHECK (removed_on >= hung_on)
);
CREATE UNIQUE INDEX code_installations_hanging ON code_installations (code_id) WHERE removed_on IS NULL;
CREATE INDEX code_installations_code ON code_installations (code_id, hung_on);
-- The photo of the hung code. It is the only one, so it needs no position.
ALTER TABLE photos
    ADD installation_id uuid UNIQUE REFERENCES code_installations (id),
    ADD CONSTRAINT photos_of_installation_only CHECK (
        installation_id IS NULL OR num_nonnulls(submission_id, answer_id, info_request_id) = 0);

-- 扫码异常: a day with far more scans than usual, as it was noticed.
CREATE TABLE code_alarms (
    code_id uuid NOT NULL REFERENCES codes (id),
    on_date date NOT NULL,
    scans integer NOT NULL CHECK (scans > 0),
    -- The median of the 28 days before.
    usual integer NOT NULL CHECK (usual >= 0),
    noticed_at timestamptz NOT NULL,
    PRIMARY KEY (code_id, on_date)
);
CREATE INDEX code_alarms_date ON code_alarms (on_date DESC);
CREATE INDEX code_scans_date ON code_scans (on_date, scans);
