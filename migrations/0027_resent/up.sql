-- That somebody had a dead letter sent again stands in the timeline, for those who work on the case.
DO $$
DECLARE
    kinds text;
BEGIN
    -- The list as it is, whoever added to it.
    SELECT pg_get_constraintdef(oid) INTO STRICT kinds FROM pg_constraint
    WHERE conrelid = 'events'::regclass AND conname = 'events_kind_check';
    ALTER TABLE events DROP CONSTRAINT events_kind_check;
    EXECUTE 'ALTER TABLE events ADD CONSTRAINT events_kind_check '
        || replace(kinds, 'ARRAY[', 'ARRAY[''message_resent''::text, ');
END $$;
