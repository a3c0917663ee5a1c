DROP FUNCTION sibling_id;
DROP FUNCTION responsible_accounts;
DROP FUNCTION supervising_accounts;
DROP TABLE deadline_steps;
DROP TABLE notifications;
DROP TABLE resident_subscriptions;
