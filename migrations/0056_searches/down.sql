DROP INDEX accounts_search;
DROP INDEX submissions_number_tail;
DROP INDEX submissions_number_begins;
DROP INDEX codes_token_begins;
DROP INDEX deputies_number_begins;
DROP INDEX regions_code_begins;

CREATE OR REPLACE FUNCTION search_grams(words text) RETURNS text[] LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 1000 AS $$
    SELECT coalesce(array_agg(DISTINCT substr(lower(words), at, size)), '{}')
    FROM generate_series(1, char_length(words)) AS at, generate_series(1, 2) AS size
    WHERE at + size - 1 <= char_length(words)
$$;
