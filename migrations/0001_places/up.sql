-- Places and people: divisions (行政区划), sites (中心、家、站、点), grids (网格), deputies (代表), offices.
CREATE EXTENSION IF NOT EXISTS btree_gist;

-- A division code is kept without trailing zeros: 2 digits province, 4 city, 6 county, 9 township, 12 village,
-- so that a place lies in a region exactly when its code begins with the region's code.
CREATE TABLE regions (
    code text PRIMARY KEY CHECK (code ~ '^\d{2}(\d{2}(\d{2}(\d{3}(\d{3})?)?)?)?$'),
    name text NOT NULL CHECK (name <> ''),
    valid_from date,
    valid_until date,
    CHECK (valid_until > valid_from)
);

CREATE TABLE sites (
    id uuid PRIMARY KEY,
    kind text NOT NULL CHECK (kind IN ('center', 'home', 'station', 'point', 'studio', 'mobile', 'online')),
    name text NOT NULL CHECK (name <> ''),
    region_code text NOT NULL REFERENCES regions (code),
    parent_id uuid REFERENCES sites (id) CHECK (parent_id <> id),
    address text NOT NULL DEFAULT '',
    hotline text,
    opening_hours text NOT NULL DEFAULT '',
    longitude double precision CHECK (longitude BETWEEN -180 AND 180),
    latitude double precision CHECK (latitude BETWEEN -90 AND 90)
);
CREATE INDEX sites_region ON sites (region_code text_pattern_ops);
CREATE INDEX sites_parent ON sites (parent_id);

CREATE TABLE offices (
    id uuid PRIMARY KEY,
    name text NOT NULL CHECK (name <> ''),
    region_code text NOT NULL REFERENCES regions (code)
);
CREATE INDEX offices_region ON offices (region_code text_pattern_ops);

CREATE TABLE deputies (
    id uuid PRIMARY KEY,
    public_token text NOT NULL UNIQUE,
    name text NOT NULL CHECK (name <> ''),
    level text NOT NULL CHECK (level IN ('national', 'provincial', 'city', 'county', 'township')),
    site_id uuid REFERENCES sites (id),
    workplace text NOT NULL DEFAULT '',
    title text NOT NULL DEFAULT '',
    introduction text NOT NULL DEFAULT '',
    office_phone text,
    photo_key text,
    -- Each field is published by the deputy's own choice (公示).
    publishes_name boolean NOT NULL DEFAULT true,
    publishes_workplace boolean NOT NULL DEFAULT false,
    publishes_phone boolean NOT NULL DEFAULT false,
    publishes_photo boolean NOT NULL DEFAULT false,
    term_from date NOT NULL,
    term_until date,
    CHECK (term_until > term_from)
);
CREATE INDEX deputies_site ON deputies (site_id);

CREATE TABLE grids (
    id uuid PRIMARY KEY,
    code text NOT NULL UNIQUE CHECK (code ~ '^\d{15}$'),
    region_code text NOT NULL REFERENCES regions (code),
    site_id uuid NOT NULL REFERENCES sites (id),
    name text NOT NULL CHECK (name <> ''),
    -- What a resident reads as "where this code hangs".
    place text NOT NULL CHECK (place <> ''),
    CHECK (left(code, length(region_code)) = region_code)
);
CREATE INDEX grids_region ON grids (region_code text_pattern_ops);
CREATE INDEX grids_site ON grids (site_id);

-- 代表进网格: many to many, with dates; at any day at most one deputy leads a grid.
CREATE TABLE grid_assignments (
    id uuid PRIMARY KEY,
    grid_id uuid NOT NULL REFERENCES grids (id),
    deputy_id uuid NOT NULL REFERENCES deputies (id),
    role text NOT NULL CHECK (role IN ('lead', 'assistant')),
    valid_from date NOT NULL,
    valid_until date,
    CHECK (valid_until > valid_from),
    EXCLUDE USING gist (grid_id WITH =, daterange(valid_from, valid_until) WITH &&) WHERE (role = 'lead'),
    EXCLUDE USING gist (grid_id WITH =, deputy_id WITH =, daterange(valid_from, valid_until) WITH &&)
);
CREATE INDEX grid_assignments_deputy ON grid_assignments (deputy_id);
COMMENT ON COLUMN grid_assignments.valid_until IS 'first day on which the assignment no longer holds';

-- 排班表: who is on duty at a site on which day.
CREATE TABLE duties (
    site_id uuid NOT NULL REFERENCES sites (id),
    on_date date NOT NULL,
    deputy_id uuid NOT NULL REFERENCES deputies (id),
    PRIMARY KEY (site_id, on_date, deputy_id)
);
