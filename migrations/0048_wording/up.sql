-- 消息文字: what messages say on channels that take free text; without a row the program's own words. Channels with templates
-- of the platform (WeChat, text messages) have no words here.
CREATE TABLE message_wordings (
    channel text NOT NULL CHECK (channel IN ('wecom', 'dingtalk', 'mail')),
    kind text NOT NULL CHECK (kind IN ('deputy_new', 'deputy_deadline', 'resident_progress', 'digest')),
    text text NOT NULL CHECK (char_length(text) BETWEEN 1 AND 300),
    changed_by_account_id uuid NOT NULL REFERENCES accounts (id),
    changed_at timestamptz NOT NULL,
    PRIMARY KEY (channel, kind)
);
