-- 绑定服务号: a signed-in person shows which WeChat user is meant by opening an address of one use inside WeChat. Who opened
-- it is kept, sealed for the account, until the person has said yes on the page that names the account.
CREATE TABLE service_bindings (
    id uuid PRIMARY KEY,
    -- SHA-256 of the `state` in the address.
    state_digest bytea NOT NULL UNIQUE CHECK (length(state_digest) = 32),
    account_id uuid NOT NULL REFERENCES accounts (id),
    -- The login in which it was begun; with it ends the binding.
    session_id uuid NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    made_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL CHECK (expires_at > made_at),
    -- SHA-256 of WeChat's code: WeChat may open an address twice, and takes the code once.
    code_digest bytea CHECK (length(code_digest) = 32),
    openid_sealed bytea,
    union_index bytea CHECK (length(union_index) = 32),
    follows boolean,
    -- Bound, or another one was begun.
    ended_at timestamptz,
    CHECK ((code_digest IS NULL) = (openid_sealed IS NULL)),
    CHECK (openid_sealed IS NOT NULL OR num_nonnulls(union_index, follows) = 0)
);
-- One at a time.
CREATE UNIQUE INDEX service_bindings_open ON service_bindings (account_id) WHERE ended_at IS NULL;
CREATE INDEX service_bindings_expiry ON service_bindings (expires_at);
CREATE INDEX service_bindings_session ON service_bindings (session_id);

-- The keyed index of the person's unionid, where WeChat told one at a login by the mini-program.
ALTER TABLE accounts ADD wechat_union_index bytea CHECK (length(wechat_union_index) = 32);

-- 群机器人: a station's or an office's DingTalk group hears what is overdue or escalated there.
CREATE TABLE group_robots (
    -- That of the site or office.
    id uuid PRIMARY KEY CHECK (id = coalesce(site_id, office_id)),
    site_id uuid REFERENCES sites (id),
    office_id uuid REFERENCES offices (id),
    -- Token and secret, sealed for this row; null: there was one, and it was taken away.
    key_sealed bytea,
    set_by_account_id uuid NOT NULL REFERENCES accounts (id),
    set_at timestamptz NOT NULL,
    CHECK (num_nonnulls(site_id, office_id) = 1)
);

-- A message goes to an account, to a resident, or to a group.
ALTER TABLE notifications
    ADD robot_id uuid REFERENCES group_robots (id),
    DROP CONSTRAINT notifications_check1,
    DROP CONSTRAINT notifications_channel_check,
    DROP CONSTRAINT notifications_resident_channel,
    DROP CONSTRAINT notifications_event_id_account_id_subscription_id_channel_key,
    ADD CONSTRAINT notifications_recipient CHECK (num_nonnulls(account_id, subscription_id, robot_id) = 1),
    ADD CONSTRAINT notifications_channel_check
        CHECK (channel IN ('wechat', 'wechat_service', 'wecom', 'dingtalk', 'sms', 'mail', 'dingtalk_robot')),
    ADD CONSTRAINT notifications_resident_channel CHECK (subscription_id IS NULL OR channel = 'wechat'),
    ADD CONSTRAINT notifications_robot_channel CHECK ((robot_id IS NOT NULL) = (channel = 'dingtalk_robot')),
    ADD CONSTRAINT notifications_once
        UNIQUE NULLS NOT DISTINCT (event_id, account_id, subscription_id, robot_id, channel);
