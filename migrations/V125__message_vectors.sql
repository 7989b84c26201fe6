-- Messages by meaning. A message is embedded some time after it was said, by a worker that asks for what lacks a vector:
-- the statements that begin and end turns know nothing of it. See docs/decisions/0038.

-- −1 (bad) to 1 (good); null until somebody has said so.
ALTER TABLE message ADD COLUMN sentiment double precision CHECK (sentiment BETWEEN -1 AND 1);

-- Partitioned by model, as the vectors of chunks, but without an index of vectors: nobody searches but their own
-- messages, which are few enough to be read exactly. No foreign key to message, whose months are dropped whole.
CREATE TABLE message_embedding (
  model_id   smallint NOT NULL REFERENCES embedding_model,
  message_id uuid NOT NULL,
  tenant_id  uuid NOT NULL,
  user_id    uuid NOT NULL,
  e          halfvec NOT NULL,
  PRIMARY KEY (model_id, message_id)
) PARTITION BY LIST (model_id);
CREATE INDEX message_embedding_user ON message_embedding (tenant_id, user_id);

ALTER TABLE message_embedding ENABLE ROW LEVEL SECURITY;
CREATE POLICY app ON message_embedding FOR SELECT TO ${app}
  USING (tenant_id = (SELECT app_tenant()) AND user_id = (SELECT app_user()));
GRANT SELECT ON message_embedding TO ${app};

-- How far a model's vectors go: from what was said when it was first asked for, to newer messages (upto, inclusive) and to
-- older ones (downto, exclusive; null: none is left). What is in between has a vector, or a claim, or was given up.
CREATE TABLE message_embedding_progress (
  model_id smallint PRIMARY KEY REFERENCES embedding_model ON DELETE CASCADE,
  upto     uuid NOT NULL,
  downto   uuid
);

-- A message that some node embeds just now, or that is put off. One that is late is given to the next who asks.
CREATE TABLE message_embedding_claim (
  model_id   smallint NOT NULL REFERENCES embedding_model ON DELETE CASCADE,
  message_id uuid NOT NULL,
  attempts   smallint NOT NULL DEFAULT 1,
  until      timestamptz NOT NULL,
  PRIMARY KEY (model_id, message_id)
);
CREATE INDEX message_embedding_claim_due ON message_embedding_claim (model_id, until);

-- Gives the caller the next n of them that lack a vector, for so many seconds: what was claimed and is late, then what
-- is new, then what is old. Across tenants.
CREATE FUNCTION messages_to_embed(of_model smallint, n integer, lease_seconds integer)
RETURNS TABLE (id uuid, tenant_id uuid, user_id uuid, content text, attempts smallint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
-- Along the ids, until enough is found: the planner cannot know how few have a vector, and would look at all and sort.
SET enable_sort = off SET enable_seqscan = off SET enable_bitmapscan = off SET enable_hashjoin = off SET enable_mergejoin = off
SET jit = off AS $$
#variable_conflict use_column
DECLARE
  p message_embedding_progress; horizon uuid; late uuid[]; fresh uuid[]; seen uuid[]; old uuid[] := '{}';
  reached uuid; room integer;
  lease timestamptz := clock_timestamp() + make_interval(secs => lease_seconds);
BEGIN
  -- No lock of a row: whoever finds nothing writes nothing.
  IF NOT pg_try_advisory_xact_lock(hashtext('mordomo.messages_to_embed'), of_model) THEN
    RETURN;
  END IF;
  -- Ids are given when a turn begins, rows come when it ends: older than the horizon
  -- none can appear any more; the horizon itself can.
  SELECT least(uuid_from_time(clock_timestamp() - interval '1 minute'),
      (SELECT least(t.user_message_id, t.message_id) FROM turn t
        WHERE t.status IN ('queued', 'retrieving', 'running') ORDER BY 1 LIMIT 1)) INTO horizon;
  SELECT * INTO p FROM message_embedding_progress WHERE model_id = of_model;
  IF p.model_id IS NULL THEN
    INSERT INTO message_embedding_progress (model_id, upto, downto) VALUES (of_model, horizon, horizon) RETURNING * INTO p;
  END IF;

  -- At most half, so that what cannot be embedded does not keep what can from it.
  DELETE FROM message_embedding_claim c WHERE c.model_id = of_model AND c.until <= clock_timestamp()
    AND NOT EXISTS (SELECT FROM message m WHERE m.id = c.message_id);
  late := ARRAY(SELECT c.message_id FROM message_embedding_claim c
    WHERE c.model_id = of_model AND c.until <= clock_timestamp() ORDER BY c.until LIMIT (n + 1) / 2);
  room := n - cardinality(late);
  -- A statement later than the horizon's, so that it sees every message of a turn that is not under way any more.
  fresh := ARRAY(SELECT m.id FROM message m
    WHERE m.id >= p.upto AND m.content <> '' AND m.role IN ('user', 'assistant')
      AND NOT EXISTS (SELECT FROM message_embedding v WHERE v.model_id = of_model AND v.message_id = m.id)
      AND NOT EXISTS (SELECT FROM message_embedding_claim c WHERE c.model_id = of_model AND c.message_id = m.id)
    ORDER BY m.id LIMIT room);
  reached := greatest(p.upto,
    CASE WHEN room = 0 THEN p.upto WHEN cardinality(fresh) < room THEN horizon ELSE least(horizon, fresh[cardinality(fresh)]) END);
  room := room - cardinality(fresh);
  IF room > 0 AND p.downto IS NOT NULL THEN
    -- So many at the most: of a model that was used before, most have their vector.
    seen := ARRAY(SELECT m.id FROM message m WHERE m.id < p.downto ORDER BY m.id DESC LIMIT 500);
    old := ARRAY(SELECT m.id FROM unnest(seen) WITH ORDINALITY AS s (id, place) JOIN message m ON m.id = s.id
      WHERE m.content <> '' AND m.role IN ('user', 'assistant')
        AND NOT EXISTS (SELECT FROM message_embedding v WHERE v.model_id = of_model AND v.message_id = m.id)
      ORDER BY s.place LIMIT room);
    UPDATE message_embedding_progress
      SET downto = CASE WHEN cardinality(old) = room THEN old[room] ELSE seen[cardinality(seen)] END
      WHERE model_id = of_model;
  END IF;
  IF reached > p.upto AND (cardinality(fresh) > 0
    OR p.upto < uuid_from_time(clock_timestamp() - interval '10 minutes')) THEN
    UPDATE message_embedding_progress SET upto = reached WHERE model_id = of_model;
  END IF;
  IF cardinality(late) + cardinality(fresh) + cardinality(old) = 0 THEN
    RETURN;
  END IF;
  INSERT INTO message_embedding_claim AS c (model_id, message_id, until)
    SELECT of_model, a.id, lease FROM unnest(late || fresh || old) AS a (id)
    ON CONFLICT (model_id, message_id) DO UPDATE SET until = excluded.until, attempts = c.attempts + 1;
  RETURN QUERY SELECT m.id, m.tenant_id, m.user_id, left(m.content, 4000), c.attempts
    FROM unnest(late || fresh || old) WITH ORDINALITY AS a (id, place)
      JOIN message m ON m.id = a.id
      JOIN message_embedding_claim c ON c.model_id = of_model AND c.message_id = a.id
    ORDER BY a.place;
END $$;

-- Keeps vectors, and ends their claims; says how many. Of a message that went meanwhile nothing is kept.
CREATE FUNCTION store_message_embeddings(of_model smallint, ids uuid[], vectors real[], length integer) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE n bigint;
BEGIN
  -- Whoever drops a month of messages holds it alone.
  PERFORM pg_advisory_xact_lock_shared(hashtext('mordomo.message_vectors'));
  -- Held, so that one who erases the message, or gives it to another user, comes before this or finds the vector.
  WITH kept AS MATERIALIZED (
    SELECT m.id, m.tenant_id, m.user_id FROM message m WHERE m.id = ANY (ids) ORDER BY m.id FOR SHARE
  ), stored AS (
    INSERT INTO message_embedding (model_id, message_id, tenant_id, user_id, e)
      SELECT of_model, k.id, k.tenant_id, k.user_id, vectors[(f.i - 1) * length + 1 : f.i * length]::vector::halfvec
      FROM unnest(ids) WITH ORDINALITY AS f (id, i) JOIN kept k ON k.id = f.id
      ON CONFLICT DO NOTHING RETURNING 1
  ) SELECT count(*) INTO n FROM stored;
  DELETE FROM message_embedding_claim c WHERE c.model_id = of_model AND c.message_id = ANY (ids);
  RETURN n;
END $$;

-- Messages that could not be embedded are tried again later; as if they had not been tried where that was no fault of
-- theirs. Those that have been tried so often are given up; says how many.
CREATE FUNCTION put_off_message_embeddings(of_model smallint, ids uuid[], seconds integer, innocent boolean, most_attempts integer)
RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE n bigint;
BEGIN
  DELETE FROM message_embedding_claim c
    WHERE c.model_id = of_model AND c.message_id = ANY (ids) AND NOT innocent AND c.attempts >= most_attempts;
  GET DIAGNOSTICS n = ROW_COUNT;
  UPDATE message_embedding_claim c SET until = clock_timestamp() + make_interval(secs => seconds),
      attempts = c.attempts - CASE WHEN innocent THEN 1 ELSE 0 END
    WHERE c.model_id = of_model AND c.message_id = ANY (ids);
  RETURN n;
END $$;

GRANT EXECUTE ON FUNCTION messages_to_embed(smallint, integer, integer),
  store_message_embeddings(smallint, uuid[], real[], integer),
  put_off_message_embeddings(smallint, uuid[], integer, boolean, integer) TO ${system};

-- A vector goes with its message, however that goes, and belongs to whom it belongs to. By row, since an erasure deletes
-- from partitions. Nothing of the rows of a turn: they are inserted.
CREATE FUNCTION message_embedding_follows() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE every smallint[] := ARRAY(SELECT id FROM embedding_model);
BEGIN
  IF TG_OP = 'DELETE' THEN
    DELETE FROM message_embedding v WHERE v.model_id = ANY (every) AND v.message_id = OLD.id;
    DELETE FROM message_embedding_claim c WHERE c.model_id = ANY (every) AND c.message_id = OLD.id;
  ELSE
    UPDATE message_embedding v SET tenant_id = NEW.tenant_id, user_id = NEW.user_id
      WHERE v.model_id = ANY (every) AND v.message_id = NEW.id;
  END IF;
  RETURN NULL;
END $$;
-- Rows that are moved to another partition (make_partition) stay what they are.
CREATE TRIGGER embedding_gone AFTER DELETE ON message
  FOR EACH ROW WHEN (current_setting('app.moving', true) IS DISTINCT FROM 'on')
  EXECUTE FUNCTION message_embedding_follows();
CREATE TRIGGER embedding_owner AFTER UPDATE OF tenant_id, user_id ON message
  FOR EACH ROW EXECUTE FUNCTION message_embedding_follows();

-- As in V107, and says that it moves.
CREATE OR REPLACE FUNCTION make_partition(parent text, name text, key text, lower text, upper text) RETURNS void
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  IF to_regclass(name) IS NOT NULL THEN
    RETURN;
  END IF;
  EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING ALL)', name, parent);
  EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
  EXECUTE format('LOCK TABLE %I IN ACCESS EXCLUSIVE MODE', parent || '_default');
  PERFORM set_config('app.moving', 'on', true);
  EXECUTE format(
    'WITH moved AS (DELETE FROM %1$I WHERE %3$I >= %4$L AND %3$I < %5$L RETURNING *) INSERT INTO %2$I SELECT * FROM moved',
    parent || '_default', name, key, lower, upper);
  PERFORM set_config('app.moving', '', true);
  EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', parent, name, lower, upper);
END $$;

-- As in V090_1, and removes the vectors of the month.
CREATE OR REPLACE FUNCTION drop_expired_months(at timestamptz, all_channels boolean)
RETURNS TABLE (tenant_id uuid, messages bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET timezone = 'UTC' SET lock_timeout = '2s' AS $$
#variable_conflict use_column
DECLARE part record; past boolean; month timestamptz;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('mordomo.maintain_partitions'));
  FOR part IN SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
              WHERE i.inhparent = 'message'::regclass AND c.relname ~ '^message_\d{6}$' ORDER BY 1 LOOP
    month := to_timestamp(right(part.relname, 6), 'YYYYMM');
    CONTINUE WHEN month + interval '1 month' > at - interval '1 month';
    EXECUTE format('SELECT NOT EXISTS (SELECT FROM %I m LEFT JOIN conversation c ON c.id = m.conversation_id
      LEFT JOIN retention_cutoffs($1, $2) k ON k.tenant_id = m.tenant_id
        AND m.id < uuid_from_time(k.before) AND (k.whole OR c.channel = ''whatsapp'')
      WHERE k.tenant_id IS NULL)', part.relname) INTO past USING at, all_channels;
    CONTINUE WHEN NOT past;
    BEGIN
      -- None is stored meanwhile; and before the table is shut, since there may be many.
      PERFORM pg_advisory_xact_lock(hashtext('mordomo.message_vectors'));
      DELETE FROM message_embedding v WHERE v.model_id IN (SELECT k.id FROM embedding_model k)
        AND v.message_id >= uuid_from_time(month) AND v.message_id < uuid_from_time(month + interval '1 month');
      DELETE FROM message_embedding_claim c WHERE c.model_id IN (SELECT k.id FROM embedding_model k)
        AND c.message_id >= uuid_from_time(month) AND c.message_id < uuid_from_time(month + interval '1 month');
      RETURN QUERY EXECUTE format('WITH n AS (
          SELECT tenant_id, conversation_id, count(*) AS n FROM %I GROUP BY 1, 2
        ), counted AS (
          UPDATE conversation c SET message_count = greatest(0, c.message_count - n.n) FROM n
          WHERE c.id = n.conversation_id RETURNING 1
        ) SELECT tenant_id, sum(n)::bigint FROM n GROUP BY 1', part.relname);
      EXECUTE format('DROP TABLE %I', part.relname);
    EXCEPTION WHEN lock_not_available THEN
      -- Somebody reads it for long: the batches take its rows, or the next day the month.
      RAISE LOG 'the month % of messages is in use; it stays for now', part.relname;
    END;
  END LOOP;
END $$;

-- A model has two partitions: of chunks and of messages.
CREATE FUNCTION make_message_vectors(model smallint, dimensions integer) RETURNS void
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE part text := 'message_embedding_m' || model;
BEGIN
  EXECUTE format('CREATE TABLE %I PARTITION OF message_embedding (CHECK (vector_dims(e) = %s)) FOR VALUES IN (%s)',
    part, dimensions, model);
  EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', part);
END $$;

DO $$
DECLARE m embedding_model;
BEGIN
  FOR m IN SELECT * FROM embedding_model LOOP
    PERFORM make_message_vectors(m.id, m.dimensions);
  END LOOP;
END $$;

-- As in V114.
CREATE OR REPLACE FUNCTION add_embedding_model(model_name text, model_dimensions integer) RETURNS smallint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE found embedding_model; part text;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('mordomo.add_embedding_model'));
  SELECT * INTO found FROM embedding_model WHERE name = model_name;
  IF found.id IS NULL AND model_name ~ '^onnx/.+@[0-9a-f]{12}$' THEN
    UPDATE embedding_model SET name = model_name
      WHERE name = left(model_name, -13) AND dimensions = model_dimensions
      RETURNING * INTO found;
  END IF;
  IF found.id IS NOT NULL THEN
    IF found.dimensions <> model_dimensions THEN
      RAISE EXCEPTION 'the embedding model % had % dimensions before, not %',
        model_name, found.dimensions, model_dimensions USING ERRCODE = 'MD409';
    END IF;
    RETURN found.id;
  END IF;
  INSERT INTO embedding_model (name, dimensions, is_active)
    VALUES (model_name, model_dimensions, NOT EXISTS (SELECT FROM embedding_model WHERE is_active))
    RETURNING * INTO found;
  part := 'embedding_m' || found.id;
  EXECUTE format('CREATE TABLE %I PARTITION OF embedding (CHECK (vector_dims(e) = %s)) FOR VALUES IN (%s)',
    part, found.dimensions, found.id);
  EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', part);
  PERFORM make_vector_indexes(found.id, found.dimensions);
  PERFORM make_nearest(found.id, found.dimensions, 0);
  PERFORM make_message_vectors(found.id, found.dimensions);
  RETURN found.id;
END $$;

-- As in V054.
CREATE OR REPLACE FUNCTION drop_embedding_model(model_name text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE found embedding_model;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('mordomo.embedding_model'));
  SELECT * INTO found FROM embedding_model WHERE name = model_name;
  IF found.id IS NULL OR found.is_active THEN
    RAISE EXCEPTION 'only a model that is known and not active can be dropped' USING ERRCODE = 'MD409';
  END IF;
  DELETE FROM kept_embedding WHERE model_id = found.id;
  EXECUTE format('DROP TABLE embedding_m%s', found.id);
  EXECUTE format('DROP TABLE message_embedding_m%s', found.id);
  EXECUTE format('DROP FUNCTION nearest_m%1$s(halfvec, uuid[], boolean, text, text, jsonb, integer, jsonpath, jsonb),'
    ' nearest_exact_m%1$s(halfvec, uuid[], boolean, text, text, jsonb, integer, jsonpath, jsonb)', found.id);
  DELETE FROM embedding_model WHERE id = found.id;
END $$;
