-- Quota: tokens that a tenant, and a user where an administrator says so, may spend in a period.
--
-- A turn's tokens are reserved before its model is asked, settled after, or given back. So that a
-- busy tenant's row is no bottleneck, a node leases a block of tokens from it and reserves out of
-- the block in its memory: what all nodes have leased never comes to more than the quota, and what
-- a node has reserved and used never to more than its lease.
--
-- What was used is in the ledger (usage): when a node dies, its lease shrinks to the sum of the
-- ledger's rows that are the node's, and the rest can be leased again.

-- Since when the tokens of the running period count. quota_resets_at, where it is set, is its end;
-- the next one is a month long. Without it the first period lasts for ever.
ALTER TABLE tenant ADD COLUMN quota_since timestamptz NOT NULL DEFAULT 'epoch';
-- Null: a user may spend whatever the tenant has.
ALTER TABLE app_user ADD COLUMN token_quota bigint CHECK (token_quota >= 0);
CREATE INDEX app_user_quota ON app_user (tenant_id) WHERE token_quota IS NOT NULL;

-- What a million tokens cost, from the settings: billing.prices.
CREATE TABLE model_price (
  model      text PRIMARY KEY,
  prompt     numeric(14, 6) NOT NULL CHECK (prompt >= 0),
  completion numeric(14, 6) NOT NULL CHECK (completion >= 0)
);

-- Whose lease a row was paid from. The time within a row's id is that of its reservation, and says
-- to which period the row belongs; created_at is that of the call's end.
ALTER TABLE usage ADD COLUMN node_id uuid;

CREATE FUNCTION price_usage() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.node_id IS NULL AND NEW.turn_id IS NOT NULL THEN
    SELECT t.node_id INTO NEW.node_id FROM turn t WHERE t.id = NEW.turn_id;
  END IF;
  IF NEW.cost = 0 THEN
    NEW.cost := coalesce((SELECT (NEW.prompt_tokens * p.prompt + NEW.completion_tokens * p.completion) / 1000000
      FROM model_price p WHERE p.model = NEW.model), 0);
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER price BEFORE INSERT ON usage FOR EACH ROW EXECUTE FUNCTION price_usage();

-- What is leased of a tenant's (user_id null) or a user's quota in a period. id: the tenant's or the
-- user's. leased holds what was used, too. warned: the highest percentage that was told.
CREATE TABLE token_account (
  id        uuid NOT NULL,
  since     timestamptz NOT NULL,
  tenant_id uuid NOT NULL REFERENCES tenant ON DELETE CASCADE,
  user_id   uuid,
  leased    bigint NOT NULL,
  used      bigint NOT NULL,
  warned    smallint NOT NULL DEFAULT 0 CHECK (warned IN (0, 80, 100)),
  PRIMARY KEY (id, since),
  FOREIGN KEY (tenant_id, user_id) REFERENCES app_user (tenant_id, id) ON DELETE CASCADE
) WITH (fillfactor = 60);
CREATE INDEX token_account_tenant ON token_account (tenant_id);

-- A node's part of it. opened_at: rows of the ledger whose reservation is older were not paid from
-- this lease.
CREATE TABLE token_lease (
  account_id uuid NOT NULL,
  since      timestamptz NOT NULL,
  node_id    uuid NOT NULL,
  tenant_id  uuid NOT NULL,
  user_id    uuid,
  leased     bigint NOT NULL CHECK (leased >= 0),
  used       bigint NOT NULL CHECK (used >= 0),
  opened_at  timestamptz NOT NULL,
  renewed_at timestamptz NOT NULL,
  PRIMARY KEY (account_id, since, node_id),
  FOREIGN KEY (account_id, since) REFERENCES token_account ON DELETE CASCADE
) WITH (fillfactor = 60);

ALTER TABLE token_account ENABLE ROW LEVEL SECURITY;
ALTER TABLE token_lease   ENABLE ROW LEVEL SECURITY;
CREATE POLICY system ON token_account TO ${system} USING (true);
CREATE POLICY system ON token_lease   TO ${system} USING (true);
GRANT SELECT ON model_price TO ${app};
GRANT SELECT, INSERT, UPDATE, DELETE ON model_price, token_account, token_lease TO ${system};
GRANT UPDATE (quota_since, quota_resets_at) ON tenant TO ${system};

-- The period of a tenant at a moment; the first who asks after its end begins the next.
CREATE FUNCTION quota_period(tenant uuid, at timestamptz, OUT quota bigint, OUT since timestamptz, OUT resets_at timestamptz)
LANGUAGE plpgsql SET timezone = 'UTC' AS $$
DECLARE ended timestamptz;
BEGIN
  SELECT t.token_quota, t.quota_since, t.quota_resets_at INTO quota, since, resets_at FROM tenant t WHERE t.id = tenant;
  IF resets_at > at OR resets_at IS NULL THEN
    RETURN;
  END IF;
  SELECT t.token_quota, t.quota_since, t.quota_resets_at INTO quota, since, resets_at FROM tenant t
    WHERE t.id = tenant FOR NO KEY UPDATE;
  ended := resets_at;
  FOR n IN 1 .. 12000 LOOP
    EXIT WHEN resets_at > at;
    since := resets_at;
    resets_at := ended + make_interval(months => n);
  END LOOP;
  IF since >= ended THEN
    UPDATE tenant t SET quota_since = since, quota_resets_at = resets_at WHERE t.id = tenant;
    DELETE FROM token_account a WHERE a.tenant_id = tenant AND a.since < quota_period.since;
  END IF;
END $$;

-- Says what a node holds of a quota (all that it has leased since held_since, of which so much is
-- spent), and asks for more: wanted beyond that, or, where there is less, whatever there is if it is
-- at least so much. What the node does not claim to hold goes back: so an answer that got lost, or
-- tokens that are not needed any more, are no loss. Twice the same is the same.
--
-- quota is null where there is none; leased is what the node has now, in all. elsewhere: what other
-- nodes hold and have not spent, as far as they have said. lost: the lease was taken from the node,
-- which had gone silent; it holds nothing any more. closing gives the lease up.
CREATE FUNCTION lease_tokens(tenant uuid, usr uuid, the_node uuid, held_since timestamptz, held bigint, spent bigint,
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
  warned := account.warned;
  UPDATE token_account a SET leased = account.leased, used = account.used WHERE a.id = key AND a.since = lease_tokens.since;
  IF closing THEN
    DELETE FROM token_lease l WHERE l.account_id = key AND l.since = lease_tokens.since AND l.node_id = the_node;
  ELSE
    INSERT INTO token_lease AS l (account_id, since, node_id, tenant_id, user_id, leased, used, opened_at, renewed_at)
      VALUES (key, since, the_node, tenant, usr, lease_tokens.leased, spent, at, now())
      ON CONFLICT ON CONSTRAINT token_lease_pkey DO UPDATE
        SET leased = excluded.leased, used = excluded.used, renewed_at = excluded.renewed_at;
  END IF;
END $$;

-- Takes back what dead nodes have leased and not used. A node's turns are ended first (reap_turns):
-- until then they may still end by themselves, and be paid from the lease.
CREATE FUNCTION release_token_leases(most integer, OUT released integer)
LANGUAGE plpgsql AS $$
DECLARE dead record; lease token_lease%ROWTYPE; actual bigint;
BEGIN
  released := 0;
  FOR dead IN
    SELECT l.account_id, l.since, l.node_id, l.tenant_id, a.user_id
    FROM token_lease l JOIN token_account a ON a.id = l.account_id AND a.since = l.since
      LEFT JOIN node n ON n.id = l.node_id
    WHERE coalesce(n.lease_until, '-infinity') < now() AND l.renewed_at < now() - interval '10 seconds'
      AND NOT EXISTS (SELECT FROM turn t WHERE t.node_id = l.node_id AND t.tenant_id = l.tenant_id
        AND t.status IN ('queued', 'retrieving', 'running'))
    ORDER BY l.account_id, l.since, l.node_id LIMIT most
  LOOP
    PERFORM 1 FROM token_account a WHERE a.id = dead.account_id AND a.since = dead.since FOR UPDATE;
    SELECT * INTO lease FROM token_lease l
      WHERE l.account_id = dead.account_id AND l.since = dead.since AND l.node_id = dead.node_id
        AND l.renewed_at < now() - interval '10 seconds';
    CONTINUE WHEN NOT FOUND;
    SELECT coalesce(sum(u.prompt_tokens::bigint + u.completion_tokens), 0) INTO actual FROM usage u
      WHERE u.tenant_id = dead.tenant_id AND (dead.user_id IS NULL OR u.user_id = dead.user_id)
        AND u.node_id = dead.node_id AND u.created_at >= lease.opened_at AND u.id >= uuid_from_time(lease.opened_at);
    UPDATE token_account a SET leased = a.leased - lease.leased + actual, used = a.used - lease.used + actual
      WHERE a.id = dead.account_id AND a.since = dead.since;
    DELETE FROM token_lease l
      WHERE l.account_id = dead.account_id AND l.since = dead.since AND l.node_id = dead.node_id;
    released := released + 1;
  END LOOP;
END $$;

GRANT EXECUTE ON FUNCTION quota_period(uuid, timestamptz),
  lease_tokens(uuid, uuid, uuid, timestamptz, bigint, bigint, bigint, bigint, bigint, boolean, timestamptz),
  release_token_leases(integer) TO ${system};
