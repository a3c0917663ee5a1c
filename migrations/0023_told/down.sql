DROP TRIGGER told ON notifications;
DROP FUNCTION announce_told();
