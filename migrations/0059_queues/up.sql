-- What a deputy and a station have to answer, the most urgent first: a page of it costs the same however much was
-- answered before and however much is open. A county's queue has submissions_open.
CREATE INDEX submissions_open_deputy ON submissions (assignee_deputy_id, answer_due_at, id)
    WHERE state IN ('registered', 'accepted', 'awaiting_resident', 'handed_over', 'reopened');
CREATE INDEX submissions_open_site ON submissions (site_id, answer_due_at, id)
    WHERE state IN ('registered', 'accepted', 'awaiting_resident', 'handed_over', 'reopened');
