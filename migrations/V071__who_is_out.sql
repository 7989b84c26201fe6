-- What every node has to know within seconds: who is out, or may do something else, from now on. Written by
-- triggers in the transaction of the change itself, so that it holds however the change was made, and read by
-- every node a few times within identity.status_check: a lost message of the bus is then no open door.
CREATE TABLE access_change (
  id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  kind       text NOT NULL CHECK (kind IN ('tenant', 'user', 'role', 'session', 'key', 'signing_keys')),
  tenant_id  uuid,
  user_id    uuid,
  credential uuid,
  changed_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX access_change_time ON access_change (changed_at);
ALTER TABLE access_change ENABLE ROW LEVEL SECURITY;
CREATE POLICY system ON access_change TO ${system} USING (true);
GRANT SELECT, DELETE ON access_change TO ${system};

-- With the owner's rights: nobody writes the table but by a change of the tables below.
CREATE FUNCTION note_access_change() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  CASE TG_ARGV[0]
    WHEN 'tenant' THEN
      INSERT INTO access_change (kind, tenant_id) VALUES ('tenant', OLD.id);
    WHEN 'user', 'role' THEN
      INSERT INTO access_change (kind, tenant_id, user_id) VALUES (TG_ARGV[0], OLD.tenant_id, OLD.id);
    WHEN 'session' THEN
      INSERT INTO access_change (kind, tenant_id, user_id, credential)
        VALUES ('session', OLD.tenant_id, OLD.user_id, OLD.family_id);
    WHEN 'key' THEN
      INSERT INTO access_change (kind, tenant_id, user_id, credential)
        VALUES ('key', OLD.tenant_id, OLD.user_id, OLD.id);
    WHEN 'signing_keys' THEN
      INSERT INTO access_change (kind) VALUES ('signing_keys');
  END CASE;
  RETURN NULL;
END $$;

CREATE TRIGGER out AFTER UPDATE OF status, deleted_at ON tenant FOR EACH ROW
  WHEN (NEW.status = 'suspended' AND OLD.status <> 'suspended' OR NEW.deleted_at IS NOT NULL AND OLD.deleted_at IS NULL)
  EXECUTE FUNCTION note_access_change('tenant');
CREATE TRIGGER gone AFTER DELETE ON tenant FOR EACH ROW EXECUTE FUNCTION note_access_change('tenant');

CREATE TRIGGER out AFTER UPDATE OF is_active, deleted_at ON app_user FOR EACH ROW
  WHEN (OLD.is_active AND NOT NEW.is_active OR NEW.deleted_at IS NOT NULL AND OLD.deleted_at IS NULL)
  EXECUTE FUNCTION note_access_change('user');
CREATE TRIGGER gone AFTER DELETE ON app_user FOR EACH ROW EXECUTE FUNCTION note_access_change('user');
CREATE TRIGGER role AFTER UPDATE OF role ON app_user FOR EACH ROW
  WHEN (OLD.role <> NEW.role) EXECUTE FUNCTION note_access_change('role');

-- One token of a family is not used yet: one row a sign-in, however often it was refreshed.
CREATE TRIGGER out AFTER UPDATE OF revoked_at ON refresh_token FOR EACH ROW
  WHEN (OLD.revoked_at IS NULL AND NEW.revoked_at IS NOT NULL AND NEW.used_at IS NULL)
  EXECUTE FUNCTION note_access_change('session');

CREATE TRIGGER out AFTER UPDATE OF revoked_at ON api_key FOR EACH ROW
  WHEN (OLD.revoked_at IS NULL AND NEW.revoked_at IS NOT NULL) EXECUTE FUNCTION note_access_change('key');
CREATE TRIGGER gone AFTER DELETE ON api_key FOR EACH ROW EXECUTE FUNCTION note_access_change('key');

-- Keys that sign tokens end: when a newer one has signed for long enough, and at once when one was stolen. No
-- other secret can be deleted by the system.
GRANT DELETE ON sealed_secret TO ${system};
CREATE POLICY system_deletes ON sealed_secret AS RESTRICTIVE FOR DELETE TO ${system}
  USING (starts_with(name, 'identity.signing_key.'));
CREATE TRIGGER gone AFTER DELETE ON sealed_secret FOR EACH ROW
  WHEN (starts_with(OLD.name, 'identity.signing_key.')) EXECUTE FUNCTION note_access_change('signing_keys');

-- What a sign-in came from, for the list of one's sessions.
ALTER TABLE refresh_token ADD COLUMN user_agent text NOT NULL DEFAULT '' CHECK (length(user_agent) <= 300);

-- What a key may be used for; null: all that its user may.
ALTER TABLE api_key ADD COLUMN scopes text[]
  CHECK (cardinality(scopes) > 0 AND scopes <@ ARRAY['chat', 'knowledge', 'devices', 'account']);
