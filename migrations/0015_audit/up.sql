-- Who looked at contact data, newest first, without reading the whole timeline (个人信息保护法 Art. 51).
CREATE INDEX events_contact_viewed ON events (occurred_at DESC, id DESC) WHERE kind = 'contact_viewed';
