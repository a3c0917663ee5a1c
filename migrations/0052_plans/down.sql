DROP INDEX events_escalated;
