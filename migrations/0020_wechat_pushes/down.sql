ALTER TABLE push_permissions DROP told_by, DROP told_at;
DROP TABLE wechat_pushes;
