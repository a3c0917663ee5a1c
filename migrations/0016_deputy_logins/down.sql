DROP TABLE one_time_codes;
DROP TABLE invitation_uses;
DROP TABLE invitations;
UPDATE sessions SET revoked_reason = 'logout' WHERE revoked_reason = 'unbound';
ALTER TABLE sessions
    DROP CONSTRAINT sessions_revoked_reason_check,
    ADD CONSTRAINT sessions_revoked_reason_check CHECK (revoked_reason IN ('logout', 'token_reused'));
ALTER TABLE accounts
    DROP COLUMN phone_sealed,
    DROP COLUMN phone_index;
