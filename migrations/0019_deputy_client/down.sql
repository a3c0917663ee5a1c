DROP TABLE kept_answers;
DROP INDEX duties_deputy;
DROP TABLE duty_sign_ins;
DROP TABLE push_permissions;
DROP TABLE answer_templates;
DROP INDEX notifications_account;
ALTER TABLE accounts DROP COLUMN messages_read_until;
