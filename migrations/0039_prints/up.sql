-- 印刷样式: how the sheets of a division look; one without a row looks like the nearest one above it that has one.
CREATE TABLE print_designs (
    region_code text PRIMARY KEY REFERENCES regions (code),
    title text NOT NULL CHECK (char_length(title) BETWEEN 1 AND 12),
    hint text NOT NULL CHECK (char_length(hint) BETWEEN 1 AND 20),
    hotline text CHECK (char_length(hotline) BETWEEN 3 AND 30),
    main_colour text NOT NULL CHECK (main_colour ~ '^#[0-9a-f]{6}$'),
    accent_colour text NOT NULL CHECK (accent_colour ~ '^#[0-9a-f]{6}$'),
    code_colour text NOT NULL CHECK (code_colour ~ '^#[0-9a-f]{6}$'),
    -- A PNG in the object store.
    logo_object text,
    changed_by_account_id uuid NOT NULL REFERENCES accounts (id),
    changed_at timestamptz NOT NULL
);

-- 印刷任务: a batch of sheets, drawn in parts by whichever worker holds the lease, then joined into one file.
CREATE TABLE print_jobs (
    id uuid PRIMARY KEY,
    account_id uuid NOT NULL REFERENCES accounts (id),
    -- In words, for the list.
    subject text NOT NULL CHECK (subject <> ''),
    template text NOT NULL CHECK (template IN ('a4', 'a5', 'labels', 'stand', 'cards')),
    crop_marks boolean NOT NULL,
    -- The design as it was when the job was asked for, and the address that stands in the codes: a job that is taken up
    -- again goes on as it began.
    design jsonb NOT NULL CHECK (jsonb_typeof(design) = 'object'),
    public_url text NOT NULL CHECK (public_url <> ''),
    state text NOT NULL CHECK (state IN ('waiting', 'running', 'done', 'failed', 'cancelled')),
    total integer NOT NULL CHECK (total BETWEEN 1 AND 20000),
    done integer NOT NULL DEFAULT 0 CHECK (done BETWEEN 0 AND total),
    object_name text,
    size_bytes bigint CHECK (size_bytes > 0),
    error text,
    created_at timestamptz NOT NULL,
    started_at timestamptz,
    finished_at timestamptz,
    expires_at timestamptz NOT NULL CHECK (expires_at > created_at),
    -- Who works on it, and until when the others believe so.
    lease_id uuid,
    lease_until timestamptz,
    CHECK ((state = 'done') = (object_name IS NOT NULL)),
    CHECK (num_nulls(object_name, size_bytes) IN (0, 2)),
    CHECK ((state = 'failed') = (error IS NOT NULL)),
    CHECK ((state IN ('done', 'failed', 'cancelled')) = (finished_at IS NOT NULL)),
    CHECK (state <> 'done' OR done = total),
    CHECK (num_nulls(lease_id, lease_until) IN (0, 2)),
    CHECK ((state = 'running') = (lease_id IS NOT NULL))
);
CREATE INDEX print_jobs_account ON print_jobs (account_id, created_at DESC);
CREATE INDEX print_jobs_open ON print_jobs (created_at) WHERE state IN ('waiting', 'running');
CREATE INDEX print_jobs_expiry ON print_jobs (expires_at);

-- The codes of a job in their order, fixed when it was asked for.
CREATE TABLE print_job_codes (
    job_id uuid NOT NULL REFERENCES print_jobs (id) ON DELETE CASCADE,
    position integer NOT NULL CHECK (position >= 0),
    code_id uuid NOT NULL REFERENCES codes (id),
    PRIMARY KEY (job_id, position)
);
CREATE INDEX print_job_codes_code ON print_job_codes (code_id);
