DROP TABLE duties;
DROP TABLE grid_assignments;
DROP TABLE grids;
DROP TABLE deputies;
DROP TABLE offices;
DROP TABLE sites;
DROP TABLE regions;
DROP EXTENSION btree_gist;
