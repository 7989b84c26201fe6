-- Who was warned of a quota, and then was given more, is warned of the larger one too. What was told counts as told as
-- long as it is true: below 80 % of the present quota nothing is. 100 % is also told when what is left is too little
-- for a turn, so that it holds until the quota is larger than the one that it was told of.
--
-- warned_of: the quota of the last warning; null: not known.
ALTER TABLE token_account ADD COLUMN warned_of bigint;

-- As in V081__quota.sql, but for warned.
CREATE OR REPLACE FUNCTION lease_tokens(tenant uuid, usr uuid, the_node uuid, held_since timestamptz, held bigint, spent bigint,
  at_least bigint, wanted bigint, block bigint, closing boolean, at timestamptz,
  OUT quota bigint, OUT since timestamptz, OUT resets_at timestamptz, OUT leased bigint, OUT used bigint,
  OUT remaining bigint, OUT elsewhere bigint, OUT warned smallint, OUT lost boolean, OUT user_quotas boolean)
LANGUAGE plpgsql AS $$
DECLARE account token_account%ROWTYPE; lease token_lease%ROWTYPE; key uuid := coalesce(usr, tenant); given bigint := 0; so_far bigint;
BEGIN
  SELECT p.quota, p.since, p.resets_at INTO quota, since, resets_at FROM quota_period(tenant, at) p;
  IF EXISTS (SELECT FROM tenant t WHERE t.id = tenant AND t.deleted_at IS NOT NULL) THEN
    -- Nothing new is written of who is being erased.
    quota := NULL;
  ELSIF usr IS NOT NULL THEN
    SELECT u.token_quota INTO quota FROM app_user u
      WHERE u.id = usr AND u.tenant_id = tenant AND u.deleted_at IS NULL;
  ELSE
    user_quotas := EXISTS (SELECT FROM app_user u WHERE u.tenant_id = tenant AND u.token_quota IS NOT NULL);
  END IF;
  lost := false;
  IF quota IS NULL THEN
    RETURN;
  END IF;
  IF held_since IS DISTINCT FROM since THEN
    held := 0; spent := 0;
  END IF;

  SELECT * INTO account FROM token_account a WHERE a.id = key AND a.since = lease_tokens.since FOR UPDATE;
  IF NOT FOUND THEN
    -- What was spent before anybody leased anything: before this table was there, or before the user
    -- had a quota.
    SELECT coalesce(sum(u.prompt_tokens::bigint + u.completion_tokens), 0) INTO so_far FROM usage u
      WHERE u.tenant_id = tenant AND (usr IS NULL OR u.user_id = usr)
        AND u.created_at >= lease_tokens.since AND u.id >= uuid_from_time(lease_tokens.since);
    INSERT INTO token_account (id, since, tenant_id, user_id, leased, used)
      VALUES (key, since, tenant, usr, so_far, so_far) ON CONFLICT DO NOTHING;
    SELECT * INTO account FROM token_account a WHERE a.id = key AND a.since = lease_tokens.since FOR UPDATE;
  END IF;
  SELECT * INTO lease FROM token_lease l
    WHERE l.account_id = key AND l.since = lease_tokens.since AND l.node_id = the_node;
  IF NOT FOUND THEN
    lost := held > 0;
    held := 0; spent := 0;
    lease.leased := 0; lease.used := 0;
  END IF;

  account.leased := account.leased + held - lease.leased;
  account.used := account.used + spent - lease.used;
  remaining := quota - account.leased;
  IF NOT closing AND wanted > 0 THEN
    given := CASE WHEN remaining >= wanted THEN greatest(wanted, least(block, remaining / 8))
                  WHEN remaining > 0 AND remaining >= at_least THEN remaining
                  ELSE 0 END;
  END IF;
  leased := held + given;
  account.leased := account.leased + given;
  remaining := remaining - given;
  elsewhere := greatest(0, account.leased - account.used - (leased - spent));
  used := account.used;
  warned := CASE WHEN used < quota - quota / 5 THEN 0
                 WHEN used < quota AND quota > account.warned_of THEN least(account.warned, 80)
                 ELSE account.warned END;
  UPDATE token_account a SET leased = account.leased, used = account.used, warned = lease_tokens.warned
    WHERE a.id = key AND a.since = lease_tokens.since;
  IF closing THEN
    DELETE FROM token_lease l WHERE l.account_id = key AND l.since = lease_tokens.since AND l.node_id = the_node;
  ELSE
    INSERT INTO token_lease AS l (account_id, since, node_id, tenant_id, user_id, leased, used, opened_at, renewed_at)
      VALUES (key, since, the_node, tenant, usr, lease_tokens.leased, spent, at, now())
      ON CONFLICT ON CONSTRAINT token_lease_pkey DO UPDATE
        SET leased = excluded.leased, used = excluded.used, renewed_at = excluded.renewed_at;
  END IF;
END $$;
