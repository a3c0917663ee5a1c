DROP TRIGGER personal_data_requests_kept ON personal_data_requests;
DROP TRIGGER resident_subscriptions_forget_closed_only ON resident_subscriptions;
DROP TRIGGER photos_remove_closed_only ON photos;
DROP TRIGGER photos_forget_closed_only ON photos;
DROP TRIGGER submissions_forget_closed_only ON submissions;
DROP FUNCTION refuse_losing_request(), refuse_losing_subscriber(), refuse_losing_photo(), must_be_forgettable(uuid),
    refuse_forgetting();
ALTER TABLE content_checks
    DROP CONSTRAINT content_checks_photo_id_fkey,
    ADD CONSTRAINT content_checks_photo_id_fkey FOREIGN KEY (photo_id) REFERENCES photos (id);
DROP INDEX personal_data_items_submission, submissions_contact_held;
DROP TABLE retention_items, retention_runs, retention_periods;
