-- Upkeep of places and people (站点网格代表管理): what they need so that administrators can keep them at the console. What
-- history refers to is never deleted: it ends by a date, the first day on which it no longer holds.

-- The characters of a text and its pairs of neighbours: Chinese is searched by one or two characters, which trigrams
-- cannot do. Dear, so that a plan that reads every row compares plainly first.
CREATE FUNCTION search_grams(words text) RETURNS text[] LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 1000 AS $$
    SELECT coalesce(array_agg(DISTINCT substr(lower(words), at, size)), '{}')
    FROM generate_series(1, char_length(words)) AS at, generate_series(1, 2) AS size
    WHERE at + size - 1 <= char_length(words)
$$;

-- A boundary is a GeoJSON geometry (RFC 7946) in WGS84: Polygon for a grid, Polygon or MultiPolygon for a division.
ALTER TABLE regions ADD boundary jsonb CHECK (boundary ->> 'type' IN ('Polygon', 'MultiPolygon'));

ALTER TABLE sites ADD valid_until date;
ALTER TABLE offices ADD valid_until date;

ALTER TABLE grids
    ADD valid_until date,
    ADD boundary jsonb CHECK (boundary ->> 'type' = 'Polygon'),
    -- The boundary's box, in degrees: a map asks for what lies in its window.
    ADD west double precision CHECK (west BETWEEN -180 AND 180),
    ADD south double precision CHECK (south BETWEEN -90 AND 90),
    ADD east double precision CHECK (east >= west AND east <= 180),
    ADD north double precision CHECK (north >= south AND north <= 90),
    ADD CONSTRAINT grids_box CHECK (num_nulls(boundary, west, south, east, north) IN (0, 5));
CREATE INDEX grids_west ON grids (west, east) WHERE boundary IS NOT NULL;

ALTER TABLE deputies
    -- 代表证号, if the congress gives numbers.
    ADD number text UNIQUE CHECK (number <> ''),
    -- The division that looks after the deputy; needed as long as there is no site.
    ADD region_code text REFERENCES regions (code);
UPDATE deputies SET region_code = sites.region_code FROM sites WHERE sites.id = deputies.site_id;
CREATE INDEX deputies_region ON deputies (region_code text_pattern_ops);
CREATE INDEX deputies_name ON deputies (name, id);
CREATE INDEX regions_name ON regions (name);
CREATE INDEX sites_name ON sites (name, id);
CREATE INDEX offices_name ON offices (name, id);
CREATE INDEX grids_code ON grids (code text_pattern_ops);

CREATE INDEX regions_search ON regions USING gin (search_grams(name));
CREATE INDEX sites_search ON sites USING gin (search_grams(name));
CREATE INDEX offices_search ON offices USING gin (search_grams(name));
CREATE INDEX grids_search ON grids USING gin (search_grams(name || ' ' || place));
CREATE INDEX deputies_search ON deputies USING gin (search_grams(name || ' ' || workplace));

-- 届次: a deputy's terms; the deputy's own term_from and term_until span them all.
CREATE TABLE deputy_terms (
    deputy_id uuid NOT NULL REFERENCES deputies (id),
    -- Such as 第十八届; empty where nobody wrote it down.
    name text NOT NULL,
    valid_from date NOT NULL,
    valid_until date CHECK (valid_until > valid_from),
    PRIMARY KEY (deputy_id, valid_from),
    EXCLUDE USING gist (deputy_id WITH =, daterange(valid_from, valid_until) WITH &&)
);

-- Who changed which place or person, for the audit. Append-only; the names of the fields, not what stood in them.
CREATE TABLE place_changes (
    id uuid PRIMARY KEY,
    account_id uuid NOT NULL REFERENCES accounts (id),
    changed_at timestamptz NOT NULL,
    kind text NOT NULL CHECK (kind IN ('region', 'site', 'office', 'grid', 'deputy', 'assignment')),
    action text NOT NULL CHECK (action IN ('added', 'changed', 'advanced')),
    -- The id, or a division's code.
    thing text NOT NULL,
    name text NOT NULL,
    -- The division in which the thing lies: an auditor sees the own one's.
    region_code text NOT NULL,
    fields jsonb NOT NULL CHECK (jsonb_typeof(fields) = 'array')
);
CREATE INDEX place_changes_newest ON place_changes (changed_at DESC, id DESC);
CREATE INDEX place_changes_thing ON place_changes (kind, thing, changed_at DESC);
CREATE TRIGGER place_changes_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON place_changes
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
