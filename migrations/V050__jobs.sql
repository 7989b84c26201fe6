-- Work that goes on behind a request, and survives the server that began it.
--
--   queued → running → done | failed | cancelled;   running → queued (a retry, or its node died)
--   queued → cancelled
--
-- A row without a tenant is the installation's own. role is what its starter was: the job acts as its
-- starter and sees no more than that. fence grows with each claim; whoever runs a job writes only while the
-- fence is the one that it was given.
CREATE TABLE job (
  id             uuid PRIMARY KEY,
  tenant_id      uuid,
  user_id        uuid,
  role           text NOT NULL,
  type           text NOT NULL CHECK (length(type) BETWEEN 1 AND 60),
  status         text NOT NULL DEFAULT 'queued' CHECK (status IN ('queued', 'running', 'done', 'failed', 'cancelled')),
  payload        jsonb NOT NULL,
  result         jsonb,
  error_code     text,
  error_detail   text,
  progress_done  bigint NOT NULL DEFAULT 0,
  progress_total bigint NOT NULL DEFAULT 0,
  attempts       integer NOT NULL DEFAULT 0,
  max_attempts   integer NOT NULL CHECK (max_attempts > 0),
  fence          bigint NOT NULL DEFAULT 0,
  run_at         timestamptz NOT NULL,
  lease_until    timestamptz,
  created_at     timestamptz NOT NULL,
  updated_at     timestamptz NOT NULL,
  CHECK ((tenant_id IS NULL) = (user_id IS NULL)),
  CHECK ((status = 'running') = (lease_until IS NOT NULL)),
  FOREIGN KEY (tenant_id, user_id) REFERENCES app_user (tenant_id, id) ON DELETE CASCADE
) WITH (fillfactor = 70);
CREATE INDEX job_user ON job (tenant_id, user_id, id DESC);
CREATE INDEX job_waiting ON job (run_at) WHERE status = 'queued';
CREATE INDEX job_running ON job (lease_until) WHERE status = 'running';
CREATE INDEX job_ended ON job (updated_at) WHERE status IN ('done', 'failed', 'cancelled');

ALTER TABLE job ENABLE ROW LEVEL SECURITY;
CREATE POLICY app ON job TO ${app}
  USING (tenant_id = (SELECT app_tenant()) AND user_id = (SELECT app_user())
    OR tenant_id IS NULL AND (SELECT app_role()) = 'superuser');
CREATE POLICY system ON job TO ${system} USING (true);

GRANT SELECT, INSERT, UPDATE ON job TO ${app};
GRANT SELECT, UPDATE, DELETE ON job TO ${system};
