-- Devices and containers post lines of theirs beside what the servers log. Such a line says who posted it, and goes
-- with them; no foreign key, so that writing the log waits for nothing.
ALTER TABLE system_log
  ADD metadata jsonb NOT NULL DEFAULT '{}',
  ADD tenant_id uuid,
  ADD user_id uuid;
CREATE INDEX system_log_user ON system_log (user_id) WHERE user_id IS NOT NULL;
