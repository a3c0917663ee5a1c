DROP TRIGGER releases_looked_at ON releases;
DROP FUNCTION refuse_unseen_release;
ALTER TABLE releases DROP marks, DROP marks_seen;
DROP TABLE content_reports;
DROP TABLE content_checks;
DROP TABLE content_words;
