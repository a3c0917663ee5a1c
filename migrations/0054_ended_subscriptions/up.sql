-- 不再接收进展消息: a resident takes the wish back as easily as it was given (个人信息保护法 Art. 15). The row stays, because
-- messages that were sent point to it; whom they went to is forgotten with the wish (Art. 47), also of what is still open:
-- nothing is answered through it.
ALTER TABLE resident_subscriptions
    ADD ended_at timestamptz,
    ADD CONSTRAINT resident_subscriptions_ended_forgotten
        CHECK (ended_at IS NULL OR starts_with(wechat_openid, 'erased:'));

DROP TRIGGER resident_subscriptions_forget_closed_only ON resident_subscriptions;
CREATE TRIGGER resident_subscriptions_forget_closed_only BEFORE UPDATE OF wechat_openid ON resident_subscriptions
    FOR EACH ROW WHEN (starts_with(NEW.wechat_openid, 'erased:') AND NEW.ended_at IS NULL)
    EXECUTE FUNCTION refuse_losing_subscriber();
