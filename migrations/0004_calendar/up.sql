-- Days that differ from "Monday to Friday is worked" (国务院办公厅 holiday notices). A year without a row in
-- calendar_years is provisional.
CREATE TABLE calendar_years (
    year smallint PRIMARY KEY CHECK (year BETWEEN 2000 AND 2200),
    source text NOT NULL
);
CREATE TABLE calendar_days (
    day date PRIMARY KEY,
    year smallint NOT NULL REFERENCES calendar_years (year) ON DELETE CASCADE CHECK (year = EXTRACT(year FROM day)),
    name text NOT NULL DEFAULT '',
    is_off boolean NOT NULL
);

INSERT INTO calendar_years VALUES
    (2024, '国务院办公厅关于2024年部分节假日安排的通知'),
    (2025, '国务院办公厅关于2025年部分节假日安排的通知'),
    (2026, '国务院办公厅关于2026年部分节假日安排的通知');

INSERT INTO calendar_days (day, year, name, is_off)
SELECT day::date, EXTRACT(year FROM day), name, true
FROM (VALUES
    ('元旦', date '2024-01-01', date '2024-01-01'), ('春节', '2024-02-10', '2024-02-17'),
    ('清明节', '2024-04-04', '2024-04-06'), ('劳动节', '2024-05-01', '2024-05-05'),
    ('端午节', '2024-06-10', '2024-06-10'), ('中秋节', '2024-09-15', '2024-09-17'),
    ('国庆节', '2024-10-01', '2024-10-07'),
    ('元旦', '2025-01-01', '2025-01-01'), ('春节', '2025-01-28', '2025-02-04'),
    ('清明节', '2025-04-04', '2025-04-06'), ('劳动节', '2025-05-01', '2025-05-05'),
    ('端午节', '2025-05-31', '2025-06-02'), ('国庆节、中秋节', '2025-10-01', '2025-10-08'),
    ('元旦', '2026-01-01', '2026-01-03'), ('春节', '2026-02-15', '2026-02-23'),
    ('清明节', '2026-04-04', '2026-04-06'), ('劳动节', '2026-05-01', '2026-05-05'),
    ('端午节', '2026-06-19', '2026-06-21'), ('中秋节', '2026-09-25', '2026-09-27'),
    ('国庆节', '2026-10-01', '2026-10-07')
) AS holidays (name, first, last), generate_series(first, last, interval '1 day') AS day;

INSERT INTO calendar_days (day, year, name, is_off)
SELECT day, EXTRACT(year FROM day), '调休上班', false
FROM unnest(ARRAY[
    '2024-02-04', '2024-02-18', '2024-04-07', '2024-04-28', '2024-05-11', '2024-09-14', '2024-09-29', '2024-10-12',
    '2025-01-26', '2025-02-08', '2025-04-27', '2025-09-28', '2025-10-11',
    '2026-01-04', '2026-02-14', '2026-02-28', '2026-05-09', '2026-09-20', '2026-10-10'
]::date[]) AS day;

-- 办理时限: the unit stands with every rule.
CREATE TABLE deadline_policies (
    id uuid PRIMARY KEY,
    step text NOT NULL CHECK (step IN ('answer', 'remind', 'escalate', 'auto_close')),
    -- answer, auto_close: after the start; remind: before the answer is due; escalate: after it was due.
    amount smallint NOT NULL CHECK (amount BETWEEN 1 AND 400),
    unit text NOT NULL CHECK (unit IN ('working_days', 'calendar_days')),
    effective_from date NOT NULL,
    UNIQUE (step, effective_from)
);
INSERT INTO deadline_policies VALUES
    ('01900000-0000-7000-8000-000000000001', 'answer', 5, 'working_days', '2000-01-01'),
    ('01900000-0000-7000-8000-000000000002', 'remind', 1, 'working_days', '2000-01-01'),
    ('01900000-0000-7000-8000-000000000003', 'escalate', 1, 'working_days', '2000-01-01'),
    ('01900000-0000-7000-8000-000000000004', 'auto_close', 15, 'calendar_days', '2000-01-01');
