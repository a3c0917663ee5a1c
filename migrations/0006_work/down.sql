DROP TABLE deadline_steps;
DROP TABLE notifications;
DROP TABLE resident_subscriptions;
