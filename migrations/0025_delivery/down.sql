CREATE OR REPLACE FUNCTION responsible_accounts(deputy uuid, site uuid, region text) RETURNS SETOF uuid
LANGUAGE sql STABLE AS $$
    WITH handlers AS (
        SELECT id, wechat_openid IS NOT NULL AS reached, 1 AS rank FROM accounts
        WHERE deputy_id = deputy AND disabled_at IS NULL
        UNION ALL
        SELECT id, wechat_openid IS NOT NULL, 2 FROM accounts
        WHERE site_id = site AND role IN ('station_staff', 'station_head') AND disabled_at IS NULL
    ),
    candidates AS (
        SELECT id, rank FROM handlers WHERE reached
        UNION ALL
        SELECT id, 3 FROM supervising_accounts(region) AS id
        UNION ALL
        SELECT id, rank + 3 FROM handlers WHERE NOT reached
    )
    SELECT id FROM candidates WHERE rank = (SELECT min(rank) FROM candidates)
$$;
DROP FUNCTION account_is_reached(accounts);
DROP INDEX notifications_created;
UPDATE notifications SET carried_by = NULL;
DELETE FROM notifications WHERE channel <> 'wechat';
UPDATE notifications SET state = 'dead', error = coalesce(error, 'passed on') WHERE state = 'passed';
ALTER TABLE notifications
    DROP CONSTRAINT notifications_resent,
    DROP CONSTRAINT notifications_carried_in_digest,
    DROP CONSTRAINT notifications_resident_channel,
    DROP CONSTRAINT notifications_finished,
    DROP CONSTRAINT notifications_state_check,
    DROP CONSTRAINT notifications_channel_check,
    DROP COLUMN resent_by_account_id,
    DROP COLUMN resent_at,
    DROP COLUMN carried_by,
    DROP COLUMN in_digest,
    ADD CONSTRAINT notifications_channel_check CHECK (channel IN ('wechat')),
    ADD CONSTRAINT notifications_state_check
        CHECK (state IN ('waiting', 'published', 'sending', 'unknown', 'sent', 'dead', 'void')),
    ADD CONSTRAINT notifications_check2 CHECK ((state IN ('sent', 'dead', 'void')) = (finished_at IS NOT NULL));
DROP TABLE delivery_policy, notification_wishes, account_channels, installed_channels;
