-- Whom a provider of OpenID Connect calls by which name of its own. A subject never becomes another's, an e-mail
-- may; a user has one subject of an issuer.
CREATE TABLE user_identity (
  issuer     text NOT NULL CHECK (length(issuer) BETWEEN 1 AND 2048),
  subject    text NOT NULL CHECK (length(subject) BETWEEN 1 AND 255),
  tenant_id  uuid NOT NULL,
  user_id    uuid NOT NULL,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (issuer, subject),
  UNIQUE (tenant_id, user_id, issuer),
  FOREIGN KEY (tenant_id, user_id) REFERENCES app_user (tenant_id, id) ON DELETE CASCADE
);
ALTER TABLE user_identity ENABLE ROW LEVEL SECURITY;
CREATE POLICY app ON user_identity TO ${app}
  USING (tenant_id = (SELECT app_tenant()) AND user_id = (SELECT app_user()));
CREATE POLICY system ON user_identity TO ${system} USING (true);
GRANT SELECT ON user_identity TO ${app};
GRANT SELECT, INSERT, DELETE ON user_identity TO ${system};
GRANT UPDATE (avatar) ON app_user TO ${system};

-- A guest has no account: the least of all roles.
ALTER TABLE app_user DROP CONSTRAINT app_user_role_check;
ALTER TABLE app_user ADD CONSTRAINT app_user_role_check
  CHECK (role IN ('superuser', 'admin', 'operator', 'member', 'guest'));

-- Makes a user's what a guest of the same tenant said, and ends the guest. Gives how many conversations there
-- were; -1, and nothing is done, while a turn of the guest is under way, since it writes as the guest.
CREATE FUNCTION claim_guest(tenant uuid, guest uuid, usr uuid, at timestamptz) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE moved integer;
BEGIN
  PERFORM FROM app_user WHERE tenant_id = tenant AND id = guest AND role = 'guest' AND deleted_at IS NULL FOR UPDATE;
  IF NOT FOUND THEN RETURN 0; END IF;
  PERFORM FROM app_user WHERE tenant_id = tenant AND id = usr AND role <> 'guest' AND deleted_at IS NULL;
  IF NOT FOUND THEN RETURN 0; END IF;
  -- No turn begins meanwhile: beginning one locks its conversation's row.
  PERFORM FROM conversation WHERE tenant_id = tenant AND user_id = guest FOR UPDATE;
  IF EXISTS (SELECT FROM turn WHERE tenant_id = tenant AND user_id = guest
             AND status IN ('queued', 'retrieving', 'running')) THEN
    RETURN -1;
  END IF;
  UPDATE conversation SET user_id = usr WHERE tenant_id = tenant AND user_id = guest;
  GET DIAGNOSTICS moved = ROW_COUNT;
  UPDATE message SET user_id = usr WHERE tenant_id = tenant AND user_id = guest;
  UPDATE turn t SET user_id = usr, client_message_id =
      CASE WHEN EXISTS (SELECT FROM turn o WHERE o.user_id = usr AND o.client_message_id = t.client_message_id)
        THEN left(t.client_message_id, 80) || ' ' || t.id ELSE t.client_message_id END
    WHERE t.tenant_id = tenant AND t.user_id = guest;
  UPDATE channel SET user_id = usr WHERE tenant_id = tenant AND user_id = guest AND kind = 'conversation';
  UPDATE event SET user_id = usr WHERE tenant_id = tenant AND user_id = guest AND channel_id <> guest;
  UPDATE action SET user_id = usr WHERE tenant_id = tenant AND user_id = guest;
  UPDATE reminder SET user_id = usr WHERE tenant_id = tenant AND user_id = guest;
  UPDATE usage SET user_id = usr WHERE tenant_id = tenant AND user_id = guest;
  UPDATE app_user SET is_active = false, deleted_at = at, updated_at = at WHERE id = guest;
  RETURN moved;
END $$;
GRANT EXECUTE ON FUNCTION claim_guest(uuid, uuid, uuid, timestamptz) TO ${system};
