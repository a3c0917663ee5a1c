DELETE FROM installed_channels AS one USING installed_channels AS other
WHERE one.channel = other.channel AND one.worker > other.worker;
ALTER TABLE installed_channels
    DROP CONSTRAINT installed_channels_pkey,
    DROP worker,
    ADD PRIMARY KEY (channel);
DROP TRIGGER moved ON submissions;
DROP FUNCTION announce_moved();
DROP FUNCTION announce_case(text, submissions);
