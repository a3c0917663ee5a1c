-- 民意码: what hangs on the wall. A replaced code leads to its successor, so a code is never deleted.
CREATE TABLE codes (
    id uuid PRIMARY KEY,
    token text NOT NULL UNIQUE CHECK (token ~ '^[34679ACDEFGHJKMNPRTVWXY]{12}$'),
    grid_id uuid NOT NULL REFERENCES grids (id),
    state text NOT NULL CHECK (state IN ('active', 'suspended', 'replaced', 'retired')),
    successor_id uuid REFERENCES codes (id) CHECK (successor_id <> id),
    created_at timestamptz NOT NULL,
    CHECK ((state = 'replaced') = (successor_id IS NOT NULL))
);
CREATE INDEX codes_grid ON codes (grid_id);

-- Scans a day; nothing about who scanned.
CREATE TABLE code_scans (
    code_id uuid NOT NULL REFERENCES codes (id),
    on_date date NOT NULL,
    scans integer NOT NULL CHECK (scans > 0),
    PRIMARY KEY (code_id, on_date)
);
