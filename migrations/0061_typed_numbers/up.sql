-- How many rows begin with what was typed is guessed from a sample of the column. With Postgres' usual hundred of them one
-- that is in the sample itself counts for a hundredth of all: then the page was looked for in its order, row by row through
-- the whole table, for a single code or deputy. A thousand make the guess small enough for the index at any size.
ALTER TABLE codes ALTER token SET STATISTICS 1000;
ALTER TABLE deputies ALTER number SET STATISTICS 1000;
-- Not of an empty table: what is known to be empty is planned for as if it stayed so.
DO $$ BEGIN
    IF EXISTS (SELECT FROM codes) THEN
        ANALYZE codes (token);
    END IF;
    IF EXISTS (SELECT FROM deputies) THEN
        ANALYZE deputies (number);
    END IF;
END $$;
