-- 重新计算期限: a year's notice that is taken, or policies that are applied to what runs, and the look at either before. By
-- whichever worker holds the lease, and one at a time: they lock the same rows.
CREATE TABLE clock_jobs (
    id uuid PRIMARY KEY,
    account_id uuid NOT NULL REFERENCES accounts (id),
    -- The division of whoever asked; null: the whole installation.
    region_code text REFERENCES regions (code),
    -- From where it was asked for, for the audit log.
    address text,
    -- The notice or the policy, as it was when it was asked for.
    task jsonb NOT NULL CHECK (jsonb_typeof(task) = 'object'),
    state text NOT NULL CHECK (state IN ('waiting', 'running', 'done', 'failed', 'cancelled')),
    -- Known when the work has begun.
    total integer NOT NULL DEFAULT 0 CHECK (total >= 0),
    done integer NOT NULL DEFAULT 0 CHECK (done BETWEEN 0 AND total),
    -- What it has changed, or would change.
    effect jsonb,
    error text,
    created_at timestamptz NOT NULL,
    started_at timestamptz,
    finished_at timestamptz,
    lease_id uuid,
    lease_until timestamptz,
    CHECK ((state = 'done') = (effect IS NOT NULL)),
    CHECK ((state = 'failed') = (error IS NOT NULL)),
    CHECK ((state IN ('done', 'failed', 'cancelled')) = (finished_at IS NOT NULL)),
    CHECK (num_nulls(lease_id, lease_until) IN (0, 2)),
    CHECK ((state = 'running') = (lease_id IS NOT NULL))
);
CREATE UNIQUE INDEX clock_jobs_running ON clock_jobs ((true)) WHERE state = 'running';
CREATE INDEX clock_jobs_account ON clock_jobs (account_id);
