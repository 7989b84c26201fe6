-- Everything of a user or a tenant, as one file that is downloaded once. It lies in parts in the store of files, in
-- the folder of who asked for it, and goes with them.
--   running → ready → downloaded;   running → failed
CREATE TABLE export (
  id            uuid PRIMARY KEY,
  tenant_id     uuid NOT NULL,
  user_id       uuid NOT NULL,
  kind          text NOT NULL CHECK (kind IN ('user', 'tenant')),
  subject_id    uuid NOT NULL,
  status        text NOT NULL DEFAULT 'running' CHECK (status IN ('running', 'ready', 'downloaded', 'failed')),
  counts        jsonb NOT NULL DEFAULT '{}',
  size          bigint NOT NULL DEFAULT 0,
  folder        text,
  parts         integer NOT NULL DEFAULT 0,
  created_at    timestamptz NOT NULL,
  expires_at    timestamptz,
  CHECK ((status IN ('ready', 'downloaded')) = (expires_at IS NOT NULL)),
  FOREIGN KEY (tenant_id, user_id) REFERENCES app_user (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX export_user ON export (tenant_id, user_id, id DESC);

ALTER TABLE export ENABLE ROW LEVEL SECURITY;
CREATE POLICY app ON export TO ${app}
  USING (tenant_id = (SELECT app_tenant()) AND user_id = (SELECT app_user()));
GRANT SELECT, INSERT, UPDATE ON export TO ${app};
