DROP INDEX events_contact_viewed;
