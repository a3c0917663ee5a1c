-- Events are never deleted, so the word stays allowed while one of them has it.
DO $$
DECLARE
    kinds text;
BEGIN
    IF EXISTS (SELECT FROM events WHERE kind = 'message_resent') THEN
        RETURN;
    END IF;
    SELECT pg_get_constraintdef(oid) INTO STRICT kinds FROM pg_constraint
    WHERE conrelid = 'events'::regclass AND conname = 'events_kind_check';
    ALTER TABLE events DROP CONSTRAINT events_kind_check;
    EXECUTE 'ALTER TABLE events ADD CONSTRAINT events_kind_check '
        || replace(kinds, '''message_resent''::text, ', '');
END $$;
