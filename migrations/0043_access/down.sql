DROP TABLE login_policy, recovery_codes, second_factors, setup_links, password_history;
DROP FUNCTION refuse_used_step;
DELETE FROM sessions WHERE revoked_reason IN ('revoked', 'disabled', 'password_changed');
ALTER TABLE sessions
    DROP COLUMN way,
    DROP COLUMN address,
    DROP COLUMN second_step_at,
    DROP CONSTRAINT sessions_revoked_reason_check,
    ADD CONSTRAINT sessions_revoked_reason_check CHECK (revoked_reason IN ('logout', 'token_reused', 'unbound'));
ALTER TABLE accounts
    DROP CONSTRAINT accounts_role_check,
    DROP CONSTRAINT accounts_password_of_username,
    DROP CONSTRAINT accounts_region,
    DROP COLUMN password_set_at,
    ADD CONSTRAINT accounts_role_check CHECK (role IN (
        'deputy', 'station_staff', 'station_head', 'office_handler', 'street_admin', 'county_admin', 'city_admin',
        'auditor', 'system_admin')),
    ADD CONSTRAINT accounts_check CHECK ((username IS NULL) = (password_hash IS NULL)),
    ADD CONSTRAINT accounts_check4 CHECK (
        (role IN ('street_admin', 'county_admin', 'city_admin', 'auditor')) = (region_code IS NOT NULL));
