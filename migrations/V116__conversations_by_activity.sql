-- Conversations are listed by when they were last talked in. An index on last_message_at itself would be written
-- with every message, and with it every other index of the row (no HOT update any more); the day changes once a day.
-- Within a day PostgreSQL sorts: a page costs what its days hold.
ALTER TABLE conversation ADD COLUMN active_on date NOT NULL
  GENERATED ALWAYS AS ((last_message_at AT TIME ZONE 'UTC')::date) STORED;
CREATE INDEX conversation_active ON conversation (tenant_id, user_id, active_on DESC);
