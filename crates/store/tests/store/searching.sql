-- A hundred thousand grids with a code each, and as many deputies, half of them in either county. Everybody's names are of
-- two hundred surnames and five hundred given names, so that one character finds hundreds and two find one. Foreign keys
-- are not asked; indexes are made at the end, as the migrations define them.
SET session_replication_role = replica;
SET maintenance_work_mem = '256MB';
CREATE TEMPORARY TABLE aside AS
SELECT indexrelid::regclass AS name, pg_get_indexdef(indexrelid) AS definition FROM pg_index
WHERE indrelid IN ('grids'::regclass, 'deputies'::regclass, 'codes'::regclass) AND NOT indisunique;
DO $$
DECLARE
    one record;
BEGIN
    FOR one IN SELECT name FROM aside LOOP
        EXECUTE format('DROP INDEX %s', one.name);
    END LOOP;
END $$;

INSERT INTO regions (code, name) VALUES ('99', '某省'), ('990102', '东县'), ('990103', '西县');
INSERT INTO sites (id, kind, name, region_code)
SELECT md5('site' || n)::uuid, 'station', n || '号站', '99010' || 2 + n % 2 FROM generate_series(0, 999) AS n;
INSERT INTO grids (id, code, region_code, site_id, name, place)
SELECT md5('grid' || n)::uuid, '99010' || 2 + n % 2 || lpad(n::text, 9, '0'), '99010' || 2 + n % 2,
    md5('site' || n % 1000)::uuid, to_hex(n), '门' FROM generate_series(0, 99999) AS n;
INSERT INTO deputies (id, public_token, name, number, level, region_code, term_from)
SELECT md5('deputy' || n)::uuid, 'deputy' || n, chr(20000 + n % 200) || chr(21000 + n / 200), lpad(n::text, 6, '0'), 'county',
    '99010' || 2 + n % 2, '2022-01-01' FROM generate_series(0, 99999) AS n;
-- The number in eleven characters, and the one that makes the sum of position × value a multiple of 23 (domain::token).
INSERT INTO codes (id, token, grid_id, state, created_at)
SELECT md5('code' || n)::uuid, translate(lpad(to_hex(n), 11, '0'), '0123456789abcdef', '34679ACDEFGHJKMN')
    || substr('34679ACDEFGHJKMNPRTVWXY', 1 + (23 - (7 * (n >> 16 & 15) + 8 * (n >> 12 & 15) + 9 * (n >> 8 & 15)
        + 10 * (n >> 4 & 15) + 11 * (n & 15)) % 23) * 2 % 23, 1),
    md5('grid' || n)::uuid, 'active', '2020-01-01' FROM generate_series(0, 99999) AS n;

DO $$
DECLARE
    one record;
BEGIN
    FOR one IN SELECT definition FROM aside LOOP
        EXECUTE one.definition;
    END LOOP;
END $$;
ANALYZE regions, sites, grids, deputies, codes;
