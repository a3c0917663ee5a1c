DROP FUNCTION audit_digest;
DROP TABLE audit_log, audit_heads;
DROP FUNCTION chain_audit, refuse_early_removal;
