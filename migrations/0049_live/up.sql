-- Open pages hear not only of messages to their account, but that a submission came, changed or moved where they look. The
-- announcement says where it lies and nothing of it: each page compares that with what its person may see, and asks again.
--   new|moved, site, division, deputy or -, division of a report on an official or -
CREATE FUNCTION announce_case(word text, submission submissions) RETURNS void LANGUAGE sql AS $$
    SELECT pg_notify('minyi_told', concat_ws(' ', word, submission.site_id, submission.region_code,
        coalesce(submission.assignee_deputy_id::text, '-'), coalesce(submission.confidential_region, '-')))
$$;

CREATE FUNCTION announce_moved() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        PERFORM announce_case('new', NEW);
    ELSIF (OLD.site_id, OLD.region_code, OLD.assignee_deputy_id, OLD.confidential_region)
        IS DISTINCT FROM (NEW.site_id, NEW.region_code, NEW.assignee_deputy_id, NEW.confidential_region) THEN
        PERFORM announce_case('moved', OLD);
        PERFORM announce_case('new', NEW);
    ELSIF OLD.state <> NEW.state OR OLD.overdue_at IS DISTINCT FROM NEW.overdue_at THEN
        PERFORM announce_case('moved', NEW);
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER moved
    AFTER INSERT OR UPDATE OF state, overdue_at, site_id, region_code, assignee_deputy_id, confidential_region ON submissions
    FOR EACH ROW EXECUTE FUNCTION announce_moved();

-- Each worker says for itself which channels it has settings for, and says so again while it runs. What nobody has said for
-- some minutes lapses: a worker with other settings must not take away what another one still has.
ALTER TABLE installed_channels
    DROP CONSTRAINT installed_channels_pkey,
    ADD worker text NOT NULL DEFAULT '',
    ADD PRIMARY KEY (channel, worker);
ALTER TABLE installed_channels ALTER worker DROP DEFAULT;
