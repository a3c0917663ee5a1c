DROP INDEX code_scans_date;
DROP TABLE code_alarms;
ALTER TABLE photos DROP CONSTRAINT photos_of_installation_only, DROP COLUMN installation_id;
DROP TABLE code_installations, code_events;
DROP INDEX codes_living;
ALTER TABLE codes
    ALTER CONSTRAINT codes_successor_id_fkey NOT DEFERRABLE,
    DROP CONSTRAINT codes_purpose_and_serial,
    DROP COLUMN purpose,
    DROP COLUMN serial;
