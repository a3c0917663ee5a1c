DROP TABLE events;
DROP TABLE ratings;
DROP FUNCTION refuse_missing_photo;
DROP TABLE photos;
DROP TABLE answers;
DROP TABLE submissions;
DROP FUNCTION refuse_change;
