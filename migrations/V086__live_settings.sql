-- What was changed while the server runs: of the installation where tenant_id is null, else a tenant's own. A value
-- of null stands for what is below it; the row stays, so that every node sees when that was.
CREATE TABLE config_value (
  id         uuid PRIMARY KEY,
  key        text NOT NULL CHECK (length(key) BETWEEN 1 AND 80),
  tenant_id  uuid REFERENCES tenant ON DELETE CASCADE,
  value      jsonb,
  updated_by uuid,
  updated_at timestamptz NOT NULL,
  UNIQUE NULLS NOT DISTINCT (tenant_id, key)
);
ALTER TABLE config_value ENABLE ROW LEVEL SECURITY;
CREATE POLICY app ON config_value TO ${app}
  USING (tenant_id IS NULL AND (SELECT app_role()) = 'superuser'
    OR tenant_id = (SELECT app_tenant()) AND (SELECT app_role()) = 'admin');
CREATE POLICY system ON config_value TO ${system} USING (true);
GRANT SELECT, INSERT, UPDATE ON config_value TO ${app};
GRANT SELECT ON config_value TO ${system};

-- A tenant's settings go in the transaction in which it is deleted: they may hold its own words.
CREATE FUNCTION forget_settings() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  DELETE FROM config_value WHERE tenant_id = NEW.id;
  RETURN NULL;
END $$;
CREATE TRIGGER settings AFTER UPDATE OF deleted_at ON tenant FOR EACH ROW
  WHEN (OLD.deleted_at IS NULL AND NEW.deleted_at IS NOT NULL) EXECUTE FUNCTION forget_settings();
