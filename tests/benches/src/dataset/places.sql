-- A made-up province in an empty database: two cities, 20 counties, 200 townships with a station each, 3,000 grids with
-- a code and a leading deputy each. Everybody who is told something has an account.
INSERT INTO regions (code, name) VALUES ('99', '某省'), ('9901', '东市'), ('9902', '西市');
INSERT INTO regions (code, name)
SELECT format('990%s%s', city, lpad(county::text, 2, '0')), format('第%s县', (city - 1) * 10 + county)
FROM generate_series(1, 2) AS city, generate_series(1, 10) AS county;
INSERT INTO regions (code, name)
SELECT code || lpad(township::text, 3, '0'), format('%s第%s镇', name, township)
FROM regions, generate_series(1, 10) AS township WHERE length(code) = 6;

INSERT INTO sites (id, kind, name, region_code, longitude, latitude)
SELECT md5('site' || code)::uuid, 'station', name || '代表联络站', code, 120 + random(), 30 + random()
FROM regions WHERE length(code) = 9;

INSERT INTO grids (id, code, region_code, site_id, name, place)
SELECT md5('grid' || code || nr)::uuid, code || lpad(nr::text, 6, '0'), code, md5('site' || code)::uuid,
    format('%s第%s网格', name, nr), format('%s幸福路%s号门口', name, nr)
FROM regions, generate_series(1, 15) AS nr WHERE length(code) = 9;

-- Eleven characters and the one that makes the sum of position × value a multiple of 23; 2 × 12 is one more than that.
INSERT INTO codes (id, token, grid_id, state, created_at)
SELECT md5('code' || id)::uuid, translate(digits, '0123456789abcdef', '34679ACDEFGHJKMN')
    || substr('34679ACDEFGHJKMNPRTVWXY', 1 + (23 - sum % 23) * 2 % 23, 1), id, 'active', '2020-01-01'
FROM grids, LATERAL (SELECT left(md5(id::text), 11) AS digits) AS random, LATERAL (
    SELECT sum(place * ('x' || substr(digits, place, 1))::bit(4)::integer)::integer FROM generate_series(1, 11) AS place
) AS sums;

INSERT INTO deputies (id, public_token, name, level, site_id, term_from)
SELECT md5('deputy' || id)::uuid, left(md5(id::text), 12), '代表' || right(code, 9), 'county', site_id, '2020-01-01'
FROM grids;
INSERT INTO deputy_terms (deputy_id, name, valid_from) SELECT id, '', term_from FROM deputies;
INSERT INTO grid_assignments (id, grid_id, deputy_id, role, valid_from)
SELECT md5('lead' || id)::uuid, id, md5('deputy' || id)::uuid, 'lead', '2020-01-01' FROM grids;

INSERT INTO accounts (id, role, display_name, wechat_openid, deputy_id, created_at)
SELECT md5('account' || id)::uuid, 'deputy', name, 'openid-' || id, id, '2020-01-01' FROM deputies;
INSERT INTO accounts (id, role, display_name, wechat_openid, site_id, created_at)
SELECT md5('account' || id)::uuid, 'station_head', name, 'openid-' || id, id, '2020-01-01' FROM sites;
INSERT INTO accounts (id, role, display_name, wechat_openid, region_code, created_at)
SELECT md5('account' || code)::uuid, 'county_admin', name, 'openid-' || code, code, '2020-01-01'
FROM regions WHERE length(code) = 6;

INSERT INTO categories (id, level, name, path, position)
SELECT md5('category' || nr)::uuid, 1, name, name, nr
FROM unnest(ARRAY['城乡建设', '环境保护', '交通出行', '教育', '医疗卫生', '社会保障', '农业农村', '公共安全', '物业管理', '其他'])
    WITH ORDINALITY AS names (name, nr);

-- What many say: 200 matters a county.
INSERT INTO clusters (id, county, founded_at)
SELECT md5('cluster' || code || nr)::uuid, code, '2020-01-01'
FROM regions, generate_series(0, 199) AS nr WHERE length(code) = 6;
