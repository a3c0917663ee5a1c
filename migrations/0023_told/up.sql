-- Whoever keeps a page open hears at once that there is something new (server-sent events). The announcement names the
-- account and nothing else; it is heard only after the transaction commits. One for each account and statement.
CREATE FUNCTION announce_told() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('minyi_told', told.account_id::text)
    FROM (SELECT DISTINCT account_id FROM written WHERE account_id IS NOT NULL) AS told;
    RETURN NULL;
END $$;

CREATE TRIGGER told AFTER INSERT ON notifications
    REFERENCING NEW TABLE AS written
    FOR EACH STATEMENT EXECUTE FUNCTION announce_told();
