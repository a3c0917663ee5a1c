DROP INDEX submissions_open_site;
DROP INDEX submissions_open_deputy;
