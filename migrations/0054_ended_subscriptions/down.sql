DROP TRIGGER resident_subscriptions_forget_closed_only ON resident_subscriptions;
ALTER TABLE resident_subscriptions
    DROP CONSTRAINT resident_subscriptions_ended_forgotten,
    DROP ended_at;
CREATE TRIGGER resident_subscriptions_forget_closed_only BEFORE UPDATE OF wechat_openid ON resident_subscriptions
    FOR EACH ROW WHEN (starts_with(NEW.wechat_openid, 'erased:')) EXECUTE FUNCTION refuse_losing_subscriber();
