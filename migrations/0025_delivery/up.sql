-- Channels (消息渠道): by which ways a person is told, in which order, and when. The row of `notifications` stays outbox and
-- record: where a channel refuses, a further row of the same event and person goes out on the next one.

-- The channels that the running workers have settings for; each worker writes its own down when it starts.
CREATE TABLE installed_channels (
    channel text PRIMARY KEY CHECK (channel IN ('wechat', 'wechat_service', 'wecom', 'dingtalk', 'sms', 'mail')),
    announced_at timestamptz NOT NULL
);
INSERT INTO installed_channels VALUES ('wechat', '2000-01-01');

-- Addresses beside the mini-program's openid, which stands in accounts. Sealed, for each of them names a person.
CREATE TABLE account_channels (
    account_id uuid NOT NULL REFERENCES accounts (id),
    channel text NOT NULL CHECK (channel IN ('wechat_service', 'wecom', 'dingtalk', 'sms', 'mail')),
    address_sealed bytea NOT NULL,
    set_by_account_id uuid NOT NULL REFERENCES accounts (id),
    set_at timestamptz NOT NULL,
    PRIMARY KEY (account_id, channel)
);

-- What a person wishes. An order that is null is the usual one, an empty one is switched off.
CREATE TABLE notification_wishes (
    account_id uuid PRIMARY KEY REFERENCES accounts (id),
    new_work text[],
    deadline text[],
    news text[],
    -- 静默时段, minutes after midnight in China; both null: none.
    quiet_from smallint CHECK (quiet_from BETWEEN 0 AND 1439),
    quiet_until smallint CHECK (quiet_until BETWEEN 0 AND 1439),
    -- 早间汇总: what is not urgent comes together, once a day.
    digest boolean NOT NULL,
    changed_at timestamptz NOT NULL,
    CHECK ((quiet_from IS NULL) = (quiet_until IS NULL)),
    CHECK (quiet_from <> quiet_until),
    CHECK (new_work || deadline || news <@ ARRAY['wechat', 'wechat_service', 'wecom', 'dingtalk', 'sms', 'mail'])
);

-- What holds for whoever wishes nothing, and for residents.
CREATE TABLE delivery_policy (
    the_one boolean PRIMARY KEY DEFAULT true CHECK (the_one),
    -- Minutes after midnight in China.
    quiet_from smallint CHECK (quiet_from BETWEEN 0 AND 1439),
    quiet_until smallint CHECK (quiet_until BETWEEN 0 AND 1439),
    digest_at smallint NOT NULL CHECK (digest_at BETWEEN 0 AND 1439),
    -- An outcome that is unknown for so long lets the next channel be tried.
    unknown_minutes smallint NOT NULL CHECK (unknown_minutes BETWEEN 1 AND 1440),
    CHECK ((quiet_from IS NULL) = (quiet_until IS NULL)),
    CHECK (quiet_from <> quiet_until)
);
INSERT INTO delivery_policy (quiet_from, quiet_until, digest_at, unknown_minutes) VALUES (1320, 420, 540, 2);

--   sending → passed: this channel refused, or its outcome stayed unknown, and a row of the next channel has taken over
ALTER TABLE notifications
    DROP CONSTRAINT notifications_channel_check,
    DROP CONSTRAINT notifications_state_check,
    DROP CONSTRAINT notifications_check2,
    ADD CONSTRAINT notifications_channel_check
        CHECK (channel IN ('wechat', 'wechat_service', 'wecom', 'dingtalk', 'sms', 'mail')),
    ADD CONSTRAINT notifications_state_check
        CHECK (state IN ('waiting', 'published', 'sending', 'unknown', 'sent', 'dead', 'void', 'passed')),
    ADD CONSTRAINT notifications_finished
        CHECK ((state IN ('sent', 'dead', 'void', 'passed')) = (finished_at IS NOT NULL)),
    ADD CONSTRAINT notifications_resident_channel CHECK (account_id IS NOT NULL OR channel = 'wechat'),
    -- Goes out together with others of its kind; carried_by names the one with which it went.
    ADD in_digest boolean NOT NULL DEFAULT false,
    ADD carried_by uuid REFERENCES notifications (id) CHECK (carried_by <> id),
    ADD CONSTRAINT notifications_carried_in_digest CHECK (carried_by IS NULL OR in_digest),
    -- A dead letter that somebody had sent again, on the channel that stands here.
    ADD resent_by_account_id uuid REFERENCES accounts (id),
    ADD resent_at timestamptz,
    ADD CONSTRAINT notifications_resent CHECK ((resent_by_account_id IS NULL) = (resent_at IS NULL));
CREATE INDEX notifications_digest ON notifications (account_id) WHERE in_digest AND state IN ('waiting', 'published');
CREATE INDEX notifications_carried ON notifications (carried_by) WHERE carried_by IS NOT NULL;
CREATE INDEX notifications_created ON notifications (created_at);

-- Whether any way is known by which an account can be told.
CREATE FUNCTION account_is_reached(account accounts) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT account.wechat_openid IS NOT NULL
        OR account.phone_sealed IS NOT NULL AND EXISTS (SELECT FROM installed_channels WHERE channel = 'sms')
        OR EXISTS (SELECT FROM account_channels JOIN installed_channels USING (channel) WHERE account_id = account.id)
$$;

-- As before, with every channel instead of WeChat alone.
CREATE OR REPLACE FUNCTION responsible_accounts(deputy uuid, site uuid, region text) RETURNS SETOF uuid
LANGUAGE sql STABLE AS $$
    WITH handlers AS (
        SELECT id, account_is_reached(accounts) AS reached, 1 AS rank FROM accounts
        WHERE deputy_id = deputy AND disabled_at IS NULL
        UNION ALL
        SELECT id, account_is_reached(accounts), 2 FROM accounts
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
