-- What WeChat told us by itself (消息推送), once each however often it is repeated.
CREATE TABLE wechat_pushes (
    -- SHA-256 of the opened message.
    key bytea PRIMARY KEY CHECK (octet_length(key) = 32),
    kind text NOT NULL CHECK (kind <> ''),
    received_at timestamptz NOT NULL
);
CREATE INDEX wechat_pushes_received ON wechat_pushes (received_at);

-- The client and WeChat both tell of one acceptance; the second to tell adds nothing.
ALTER TABLE push_permissions
    ADD told_by text CHECK (told_by IN ('client', 'wechat')),
    ADD told_at timestamptz,
    ADD CHECK (told_by IS NULL OR told_at IS NOT NULL);
