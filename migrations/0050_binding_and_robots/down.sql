DELETE FROM notifications WHERE robot_id IS NOT NULL;
ALTER TABLE notifications
    DROP CONSTRAINT notifications_once,
    DROP CONSTRAINT notifications_robot_channel,
    DROP CONSTRAINT notifications_resident_channel,
    DROP CONSTRAINT notifications_channel_check,
    DROP CONSTRAINT notifications_recipient,
    DROP robot_id,
    ADD CONSTRAINT notifications_check1 CHECK (num_nonnulls(account_id, subscription_id) = 1),
    ADD CONSTRAINT notifications_channel_check
        CHECK (channel IN ('wechat', 'wechat_service', 'wecom', 'dingtalk', 'sms', 'mail')),
    ADD CONSTRAINT notifications_resident_channel CHECK (account_id IS NOT NULL OR channel = 'wechat'),
    ADD CONSTRAINT notifications_event_id_account_id_subscription_id_channel_key
        UNIQUE NULLS NOT DISTINCT (event_id, account_id, subscription_id, channel);
DROP TABLE group_robots;
ALTER TABLE accounts DROP wechat_union_index;
DROP TABLE service_bindings;
