DROP TABLE supports;
DROP TRIGGER submissions_release_consented ON submissions;
DROP FUNCTION refuse_losing_consent();
DROP TABLE releases;
DROP FUNCTION refuse_release();
