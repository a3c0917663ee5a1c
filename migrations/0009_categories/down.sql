DROP TRIGGER submissions_keep_terms_true ON submissions;
DROP FUNCTION keep_terms_true;
DROP TABLE submission_terms, submission_suggestions, clusters;
DROP TRIGGER submissions_note_unread ON submissions;
DROP FUNCTION note_unread;
DROP TABLE submissions_unread;
ALTER TABLE submissions
    DROP COLUMN category_id,
    DROP COLUMN categorised_by_account_id,
    DROP COLUMN categorised_at;
DROP TABLE categories;
