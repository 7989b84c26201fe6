-- Who did what, on what, from where, when, and with what result. Rows are added, in the transaction of the change
-- itself where there is one, and never changed by either login. Afterwards one sealer gives each row of a tenant its
-- number and hash = SHA-256(the hash before it, the row): no writer waits for another one.
--
-- address, user_agent and salt are personal. What is hashed of them is personal_hash = SHA-256(salt, address,
-- user_agent), so that they can be blanked, and the chain still holds.
--
-- No foreign keys: a record outlives whom and what it is about. tenant_id is all zeros where it is no tenant's.
-- Partitioned by the month on the UUIDv7 id, as messages are.
CREATE TABLE audit (
  id            uuid PRIMARY KEY,
  tenant_id     uuid NOT NULL,
  at            timestamptz NOT NULL,
  actor_kind    text NOT NULL CHECK (actor_kind IN ('user', 'key', 'command', 'nobody')),
  actor_id      uuid,
  actor_role    text,
  credential    text CHECK (length(credential) <= 100),
  action        text NOT NULL CHECK (length(action) BETWEEN 1 AND 80),
  target_type   text NOT NULL CHECK (length(target_type) BETWEEN 1 AND 40),
  target_id     text CHECK (length(target_id) <= 100),
  result        text NOT NULL CHECK (result IN ('ok', 'denied', 'failed')),
  code          text CHECK (length(code) <= 40),
  request_id    text CHECK (length(request_id) <= 64),
  details       json NOT NULL,
  address       text CHECK (length(address) <= 64),
  user_agent    text CHECK (length(user_agent) <= 300),
  salt          bytea,
  personal_hash bytea NOT NULL,
  seq           bigint,
  hash          bytea,
  CHECK ((seq IS NULL) = (hash IS NULL))
) PARTITION BY RANGE (id);
CREATE TABLE audit_default PARTITION OF audit DEFAULT;
CREATE INDEX audit_tenant ON audit (tenant_id, id DESC);
CREATE INDEX audit_chained ON audit (tenant_id, seq);
CREATE INDEX audit_unsealed ON audit (id) WHERE seq IS NULL;

-- The ends of each tenant's chain: where it begins since old months were dropped, and its newest record.
CREATE TABLE audit_chain (
  tenant_id  uuid PRIMARY KEY,
  first_seq  bigint NOT NULL DEFAULT 0,
  first_hash bytea NOT NULL DEFAULT '\x0000000000000000000000000000000000000000000000000000000000000000',
  seq        bigint NOT NULL,
  hash       bytea NOT NULL
);

ALTER TABLE audit ENABLE ROW LEVEL SECURITY;
ALTER TABLE audit_default ENABLE ROW LEVEL SECURITY;
ALTER TABLE audit_chain ENABLE ROW LEVEL SECURITY;
CREATE POLICY app_read ON audit FOR SELECT TO ${app}
  USING (tenant_id = (SELECT app_tenant()) AND (SELECT app_role()) = 'admin'
    OR (SELECT app_role()) = 'superuser');
CREATE POLICY app_add ON audit FOR INSERT TO ${app}
  WITH CHECK (tenant_id = (SELECT app_tenant()) OR (SELECT app_role()) = 'superuser');
CREATE POLICY system ON audit TO ${system} USING (true);
CREATE POLICY system ON audit_chain TO ${system} USING (true);
GRANT SELECT, INSERT ON audit TO ${app}, ${system};
GRANT SELECT ON audit_chain TO ${system};

-- Whoever tries, the owner too: a record is sealed once, its personal part can be blanked, and nothing else.
CREATE FUNCTION keep_audit() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
  before jsonb;
  after jsonb;
BEGIN
  IF TG_OP = 'UPDATE' THEN
    before := to_jsonb(OLD);
    after := to_jsonb(NEW);
    IF OLD.seq IS NULL AND NEW.seq IS NOT NULL AND before - 'seq' - 'hash' = after - 'seq' - 'hash' THEN
      RETURN NEW;
    END IF;
    IF NEW.address IS NULL AND NEW.user_agent IS NULL AND NEW.salt IS NULL
        AND before - 'address' - 'user_agent' - 'salt' = after - 'address' - 'user_agent' - 'salt' THEN
      RETURN NEW;
    END IF;
  END IF;
  RAISE EXCEPTION 'the audit is only added to' USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER kept BEFORE UPDATE OR DELETE ON audit FOR EACH ROW EXECUTE FUNCTION keep_audit();
CREATE TRIGGER whole BEFORE TRUNCATE ON audit FOR EACH STATEMENT EXECUTE FUNCTION keep_audit();

-- Seals records in the order given. A chain goes on at the next number only, so two sealers cannot both be right.
CREATE FUNCTION seal_audit(ids uuid[], seqs bigint[], hashes bytea[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  tenant uuid;
BEGIN
  FOR i IN 1..cardinality(ids) LOOP
    UPDATE audit SET seq = seqs[i], hash = hashes[i] WHERE id = ids[i] AND seq IS NULL RETURNING tenant_id INTO tenant;
    IF NOT FOUND THEN
      RAISE EXCEPTION 'record % is sealed, or is none', ids[i];
    END IF;
    IF seqs[i] = 1 THEN
      INSERT INTO audit_chain (tenant_id, seq, hash) VALUES (tenant, 1, hashes[i]);
    ELSE
      UPDATE audit_chain SET seq = seqs[i], hash = hashes[i] WHERE tenant_id = tenant AND seq = seqs[i] - 1;
      IF NOT FOUND THEN
        RAISE EXCEPTION 'the chain of % does not go on at %', tenant, seqs[i];
      END IF;
    END IF;
  END LOOP;
END $$;

-- Blanks what is personal in the records of what a user did; the records stay.
CREATE FUNCTION blank_audit(tenant uuid, usr uuid) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  blanked bigint;
BEGIN
  UPDATE audit SET address = NULL, user_agent = NULL, salt = NULL
    WHERE tenant_id = tenant AND actor_id = usr AND salt IS NOT NULL;
  GET DIAGNOSTICS blanked = ROW_COUNT;
  RETURN blanked;
END $$;

-- Makes the partitions of this month and the next two, and drops those whose last record is older than is kept.
-- A month with an unsealed record stays. What is dropped leaves its last hash as the beginning of the chain.
CREATE FUNCTION maintain_audit(at timestamptz, keep_seconds bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET timezone = 'UTC' AS $$
DECLARE
  from_time timestamptz;
  name text;
  part record;
  unsealed boolean;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('mordomo.maintain_partitions'));
  FOR i IN 0..2 LOOP
    from_time := date_trunc('month', at) + make_interval(months => i);
    name := 'audit_' || to_char(from_time, 'YYYYMM');
    IF to_regclass(name) IS NULL THEN
      EXECUTE format('CREATE TABLE %I PARTITION OF audit FOR VALUES FROM (%L) TO (%L)',
        name, uuid_from_time(from_time), uuid_from_time(from_time + interval '1 month'));
      EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
    END IF;
  END LOOP;
  FOR part IN SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
              WHERE i.inhparent = 'audit'::regclass AND c.relname ~ '^audit_\d{6}$' ORDER BY 1 LOOP
    EXIT WHEN to_timestamp(right(part.relname, 6), 'YYYYMM') + interval '1 month'
      > at - make_interval(secs => keep_seconds);
    EXECUTE format('SELECT EXISTS (SELECT FROM %I WHERE seq IS NULL)', part.relname) INTO unsealed;
    EXIT WHEN unsealed;
    EXECUTE format(
      'UPDATE audit_chain c SET first_seq = l.seq, first_hash = l.hash
       FROM (SELECT DISTINCT ON (tenant_id) tenant_id, seq, hash FROM %I ORDER BY tenant_id, seq DESC) l
       WHERE c.tenant_id = l.tenant_id AND c.first_seq < l.seq', part.relname);
    EXECUTE format('DROP TABLE %I', part.relname);
  END LOOP;
END $$;

GRANT EXECUTE ON FUNCTION seal_audit(uuid[], bigint[], bytea[]), blank_audit(uuid, uuid),
  maintain_audit(timestamptz, bigint) TO ${system};
SELECT maintain_audit(now(), 100 * 366 * 86400::bigint);
