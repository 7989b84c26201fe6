-- That a user agreed to something: what for, when, until when. The row is the user's own, and nobody else gives or
-- revokes it: by whom it was given is its user_id.
CREATE TABLE consent (
  id         uuid PRIMARY KEY,
  tenant_id  uuid NOT NULL,
  user_id    uuid NOT NULL,
  purpose    text NOT NULL CHECK (purpose IN ('personal_data')),
  given_at   timestamptz NOT NULL,
  revoked_at timestamptz,
  FOREIGN KEY (tenant_id, user_id) REFERENCES app_user (tenant_id, id) ON DELETE CASCADE
);
-- One holds at a time.
CREATE UNIQUE INDEX consent_holds ON consent (user_id, purpose) WHERE revoked_at IS NULL;
CREATE INDEX consent_user ON consent (tenant_id, user_id, id DESC);

ALTER TABLE consent ENABLE ROW LEVEL SECURITY;
CREATE POLICY app ON consent TO ${app}
  USING (tenant_id = (SELECT app_tenant()) AND user_id = (SELECT app_user()));
GRANT SELECT, INSERT, UPDATE (revoked_at) ON consent TO ${app};
