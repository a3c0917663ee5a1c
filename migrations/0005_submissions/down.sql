DROP TABLE events;
DROP TABLE ratings;
DROP TABLE photos;
DROP TABLE answers;
DROP TABLE submissions;
DROP FUNCTION refuse_change;
