-- Searching while one types, with a hundred thousand deputies, grids and codes: whatever is typed has an index.

-- The same characters and pairs as before, at a quarter of the price: letters are taken apart once. It may name one
-- twice; an index over them does not mind.
CREATE OR REPLACE FUNCTION search_grams(words text) RETURNS text[] LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 1000 AS $$
DECLARE
    letters text[] := string_to_array(lower(words), NULL);
    grams text[] := letters;
BEGIN
    FOR at IN 2 .. cardinality(letters) LOOP
        grams := array_append(grams, letters[at - 1] || letters[at]);
    END LOOP;
    RETURN grams;
END $$;

-- How a code or number begins, under any collation.
CREATE INDEX regions_code_begins ON regions (code text_pattern_ops);
CREATE INDEX deputies_number_begins ON deputies (number text_pattern_ops);
CREATE INDEX codes_token_begins ON codes (token text_pattern_ops);
-- Of a submission people know the whole number, or what stands behind the day.
CREATE INDEX submissions_number_begins ON submissions (number text_pattern_ops);
CREATE INDEX submissions_number_tail ON submissions (substr(number, 10) text_pattern_ops);

CREATE INDEX accounts_search ON accounts USING gin (search_grams(display_name || ' ' || coalesce(username, '')));
