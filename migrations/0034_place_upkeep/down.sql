DROP TABLE place_changes;
DROP TABLE deputy_terms;
DROP INDEX deputies_search, grids_search, offices_search, sites_search, regions_search;
DROP INDEX grids_code, offices_name, sites_name, regions_name, deputies_name, deputies_region;
ALTER TABLE deputies DROP COLUMN number, DROP COLUMN region_code;
ALTER TABLE grids DROP COLUMN valid_until, DROP COLUMN boundary, DROP COLUMN west, DROP COLUMN south, DROP COLUMN east,
    DROP COLUMN north;
ALTER TABLE offices DROP COLUMN valid_until;
ALTER TABLE sites DROP COLUMN valid_until;
ALTER TABLE regions DROP COLUMN boundary;
DROP FUNCTION search_grams;
