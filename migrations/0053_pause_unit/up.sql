-- What was left of a clock when it was stopped is counted as it was promised: in working days (工作日), or in days (日) where the
-- promise is in days or months. Up to now it was working days everywhere.
ALTER TABLE submissions
    ADD clock_unit text NOT NULL DEFAULT 'working_days' CHECK (clock_unit IN ('working_days', 'calendar_days'));
