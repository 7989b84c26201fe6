-- Who asked what, when, at what cost, on which documents: a row for every turn that has ended, written in the
-- statement that ends it. It is only added to. A chain of hashes, row after row, would make turns wait for each
-- other; so each period's rows are sealed together, by a record of the audit with their number and their SHA-256.
--
-- What was said is not here but in the messages that question_id and answer_id name, for as long as those are kept.
-- No foreign keys: a row outlives whom and what it is about. Partitioned by the month on the id, as the audit is.
--
-- The id is made here, when the row is, after its transaction has its own number: see ask_horizon.
CREATE TABLE asked (
  id                uuid PRIMARY KEY,
  tenant_id         uuid NOT NULL,
  action            text NOT NULL CHECK (action IN ('turn.ask', 'search.ask')),
  actor_kind        text CHECK (actor_kind IN ('user', 'key')),
  actor_id          uuid NOT NULL,
  credential        text CHECK (length(credential) <= 100),
  conversation_id   uuid,
  turn_id           uuid,
  search_id         uuid,
  question_id       uuid,
  answer_id         uuid,
  asked_at          timestamptz NOT NULL,
  ended_at          timestamptz NOT NULL,
  model             text,
  prompt_tokens     bigint NOT NULL DEFAULT 0,
  completion_tokens bigint NOT NULL DEFAULT 0,
  cost              numeric(14, 8) NOT NULL DEFAULT 0,
  outcome           text NOT NULL CHECK (outcome IN ('completed', 'failed', 'cancelled')),
  code              text,
  documents         uuid[] NOT NULL DEFAULT '{}',
  address           text CHECK (length(address) <= 64),
  query             text,
  salt              bytea,
  personal_hash     bytea NOT NULL
) PARTITION BY RANGE (id);
CREATE TABLE asked_default PARTITION OF asked DEFAULT;
CREATE INDEX asked_tenant ON asked (tenant_id, id DESC);
CREATE INDEX asked_actor ON asked (actor_id, id DESC);

-- Up to when everything is sealed.
CREATE TABLE asked_seal (
  the_only  boolean PRIMARY KEY DEFAULT true CHECK (the_only),
  sealed_to timestamptz NOT NULL
);
INSERT INTO asked_seal (sealed_to) VALUES (date_trunc('hour', now()));

ALTER TABLE asked ENABLE ROW LEVEL SECURITY;
ALTER TABLE asked_default ENABLE ROW LEVEL SECURITY;
ALTER TABLE asked_seal ENABLE ROW LEVEL SECURITY;
CREATE POLICY app_read ON asked FOR SELECT TO ${app}
  USING (tenant_id = (SELECT app_tenant()) AND (SELECT app_role()) = 'admin' OR (SELECT app_role()) = 'superuser');
CREATE POLICY app_add ON asked FOR INSERT TO ${app}
  WITH CHECK (tenant_id = (SELECT app_tenant()) AND actor_id = (SELECT app_user()));
CREATE POLICY system ON asked TO ${system} USING (true);
CREATE POLICY system ON asked_seal TO ${system} USING (true);
GRANT SELECT, INSERT ON asked TO ${app}, ${system};
GRANT SELECT ON asked_seal TO ${system};

-- A UUIDv7 of the moment.
CREATE FUNCTION asked_id() RETURNS uuid LANGUAGE sql VOLATILE AS $$
  SELECT (lpad(to_hex(floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint), 12, '0') || '7'
    || substr(replace(gen_random_uuid()::text, '-', ''), 14))::uuid
$$;

-- What of a row is personal can be erased, and its seal still holds: it is over this hash. As in the audit.
CREATE FUNCTION asked_hash(salt bytea, address text, query text) RETURNS bytea LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE WHEN salt IS NULL THEN '\x'::bytea ELSE sha256(salt
    || coalesce(int4send(octet_length(address)) || convert_to(address, 'UTF8'), int4send(-1))
    || coalesce(int4send(octet_length(query)) || convert_to(query, 'UTF8'), int4send(-1))) END
$$;

-- The row of one turn that has ended, for those that finish_turns does not end.
CREATE FUNCTION add_asked(the_turn uuid, the_model text, context json, is_answered boolean) RETURNS void
LANGUAGE sql AS $$
  INSERT INTO asked (id, tenant_id, action, actor_kind, actor_id, credential, conversation_id, turn_id, question_id,
      answer_id, asked_at, ended_at, model, outcome, code, documents, address, salt, personal_hash)
  SELECT asked_id(), t.tenant_id, 'turn.ask', t.kind, t.user_id, t.credential, t.conversation_id, t.id,
    t.user_message_id, CASE WHEN is_answered THEN t.message_id END, t.created_at, t.ended_at, the_model, t.status,
    t.error_code, ARRAY(SELECT DISTINCT (r->>'document_id')::uuid FROM json_array_elements(context) AS r ORDER BY 1),
    t.address, t.salt, asked_hash(t.salt, t.address, NULL)
  FROM (SELECT t.*, t.request->'caller'->>'kind' AS kind, t.request->'caller'->>'credential' AS credential,
      t.request->'caller'->>'address' AS address,
      CASE WHEN t.request->'caller'->>'address' IS NOT NULL THEN uuid_send(gen_random_uuid()) END AS salt
    FROM turn t WHERE t.id = the_turn OFFSET 0) t
$$;

-- Whoever tries, the owner too: the personal part can be blanked, and nothing else. Rows that stand in the default
-- partition are moved to their month when it is made.
CREATE FUNCTION keep_asked() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND NEW.address IS NULL AND NEW.query IS NULL AND NEW.salt IS NULL
      AND to_jsonb(OLD) - 'address' - 'query' - 'salt' = to_jsonb(NEW) - 'address' - 'query' - 'salt' THEN
    RETURN NEW;
  END IF;
  IF TG_OP = 'DELETE' AND TG_TABLE_NAME = 'asked_default' AND current_setting('mordomo.moves_asked', true) = 'on' THEN
    RETURN OLD;
  END IF;
  RAISE EXCEPTION 'what was asked is only added to' USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER kept BEFORE UPDATE OR DELETE ON asked FOR EACH ROW EXECUTE FUNCTION keep_asked();
CREATE TRIGGER whole BEFORE TRUNCATE ON asked FOR EACH STATEMENT EXECUTE FUNCTION keep_asked();

-- Blanks what is personal in the rows of what a user asked; the rows stay.
CREATE FUNCTION blank_asked(tenant uuid, usr uuid) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  blanked bigint;
BEGIN
  UPDATE asked SET address = NULL, query = NULL, salt = NULL
    WHERE actor_id = usr AND tenant_id = tenant AND salt IS NOT NULL;
  GET DIAGNOSTICS blanked = ROW_COUNT;
  RETURN blanked;
END $$;

-- A record of the audit about rows of this table, by the server itself.
CREATE FUNCTION note_asked(tenant uuid, the_action text, told json) RETURNS void LANGUAGE sql
SET search_path = public, pg_temp AS $$
  INSERT INTO audit (id, tenant_id, at, actor_kind, action, target_type, result, details, personal_hash)
  VALUES (asked_id(), tenant, clock_timestamp(), 'nobody', the_action, 'asked', 'ok', told, '\x')
$$;

-- Says what the rows of a period were, by tenant. Periods follow on each other without a gap, so two sealers cannot
-- both be right.
CREATE FUNCTION seal_asked(from_time timestamptz, to_time timestamptz, tenants uuid[], counts bigint[], hashes text[])
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  UPDATE asked_seal SET sealed_to = to_time WHERE sealed_to = from_time AND to_time > from_time;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'nothing is sealed from % to %', from_time, to_time;
  END IF;
  PERFORM note_asked(s.tenant, 'asked.sealed',
      json_build_object('from', utc_text(from_time), 'to', utc_text(to_time), 'count', s.n, 'sha256', s.hash))
    FROM unnest(tenants, counts, hashes) AS s(tenant, n, hash);
END $$;

-- As before, and for the rows here, too: their months are made ahead, and one is dropped with that of the audit, when
-- it is sealed; how many rows went is told in the chain.
CREATE OR REPLACE FUNCTION maintain_audit(at timestamptz, keep_seconds bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET timezone = 'UTC' SET lock_timeout = '2s' AS $$
DECLARE
  from_time timestamptz;
  end_time timestamptz;
  name text;
  part record;
  unsealed boolean;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('mordomo.maintain_partitions'));
  PERFORM set_config('mordomo.moves_asked', 'on', true);
  FOR i IN 0..2 LOOP
    from_time := date_trunc('month', at) + make_interval(months => i);
    name := 'audit_' || to_char(from_time, 'YYYYMM');
    IF to_regclass(name) IS NULL THEN
      EXECUTE format('CREATE TABLE %I PARTITION OF audit FOR VALUES FROM (%L) TO (%L)',
        name, uuid_from_time(from_time), uuid_from_time(from_time + interval '1 month'));
      EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
    END IF;
    PERFORM make_partition('asked', 'asked_' || to_char(from_time, 'YYYYMM'), 'id',
      uuid_from_time(from_time)::text, uuid_from_time(from_time + interval '1 month')::text);
  END LOOP;
  PERFORM set_config('mordomo.moves_asked', 'off', true);
  FOR part IN SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
              WHERE i.inhparent = 'asked'::regclass AND c.relname ~ '^asked_\d{6}$' ORDER BY 1 LOOP
    from_time := to_timestamp(right(part.relname, 6), 'YYYYMM');
    end_time := from_time + interval '1 month';
    EXIT WHEN end_time > at - make_interval(secs => keep_seconds);
    EXECUTE format('SELECT $1 > (SELECT sealed_to FROM asked_seal) AND EXISTS (SELECT FROM %I)', part.relname)
      INTO unsealed USING end_time;
    EXIT WHEN unsealed;
    BEGIN
      -- Whoever comes after a lock that is waited for waits as well: no turn ends meanwhile.
      PERFORM set_config('lock_timeout', '250ms', true);
      EXECUTE format('SELECT note_asked(n.tenant_id, ''asked.dropped'', json_build_object(
          ''from'', utc_text($1), ''to'', utc_text($2), ''count'', n.n))
        FROM (SELECT tenant_id, count(*) AS n FROM %I GROUP BY 1) n', part.relname) USING from_time, end_time;
      EXECUTE format('DROP TABLE %I', part.relname);
      PERFORM set_config('lock_timeout', '2s', true);
    EXCEPTION WHEN lock_not_available THEN
      RAISE LOG 'the month % of what was asked is in use; it stays for now', part.relname;
      EXIT;
    END;
  END LOOP;
  FOR part IN SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
              WHERE i.inhparent = 'audit'::regclass AND c.relname ~ '^audit_\d{6}$' ORDER BY 1 LOOP
    EXIT WHEN to_timestamp(right(part.relname, 6), 'YYYYMM') + interval '1 month'
      > at - make_interval(secs => keep_seconds);
    -- The seals of what is still there stay with it.
    EXIT WHEN to_regclass('asked_' || right(part.relname, 6)) IS NOT NULL;
    EXECUTE format('SELECT EXISTS (SELECT FROM %I WHERE seq IS NULL)', part.relname) INTO unsealed;
    EXIT WHEN unsealed;
    EXECUTE format(
      'UPDATE audit_chain c SET first_seq = l.seq, first_hash = l.hash
       FROM (SELECT DISTINCT ON (tenant_id) tenant_id, seq, hash FROM %I ORDER BY tenant_id, seq DESC) l
       WHERE c.tenant_id = l.tenant_id AND c.first_seq < l.seq', part.relname);
    EXECUTE format('DROP TABLE %I', part.relname);
  END LOOP;
END $$;

-- As before, with the row of a turn that was cancelled while it waited.
CREATE OR REPLACE FUNCTION cancel_turn(tenant uuid, usr uuid, the_turn uuid, heard integer, payload text, at timestamptz,
  OUT cancelled boolean, OUT last_offset bigint, OUT epoch text)
LANGUAGE plpgsql AS $$
DECLARE t turn%ROWTYPE;
BEGIN
  PERFORM act_as(tenant, usr, 'member');
  -- The lock, so that it neither begins to run nor goes back to the queue in between.
  SELECT * INTO t FROM turn WHERE id = the_turn FOR NO KEY UPDATE;
  cancelled := coalesce(t.status = 'queued', false);
  IF cancelled THEN
    last_offset := append_events(t.conversation_id, 'conversation', tenant, usr, ARRAY['turn.cancelled'], ARRAY[payload], at);
    epoch := stream_epoch();
    UPDATE turn SET status = 'cancelled', ended_at = at, end_offset = cancel_turn.last_offset WHERE id = the_turn;
    PERFORM add_asked(the_turn, NULL, '[]', false);
  ELSIF t.status IN ('retrieving', 'running') AND t.cancel_wanted_at IS NULL THEN
    UPDATE turn SET cancel_wanted_at = at, spoken_chars = heard WHERE id = the_turn;
  END IF;
END $$;

-- As before, with the row of each turn.
CREATE OR REPLACE FUNCTION reap_turns(the_node uuid, lost uuid[], most integer)
RETURNS TABLE (channel_id uuid, user_id uuid, last_offset bigint, epoch text, type text, payload text,
  conversation_tenant uuid, more boolean)
LANGUAGE plpgsql AS $$
DECLARE t record; said text; body jsonb; at timestamptz; new_offset bigint; stopped boolean;
  context json; cited json; took integer; by_model text;
  reason constant text := 'the server stopped in the middle of the answer; ask again';
BEGIN
  FOR t IN
    SELECT turn.* FROM turn LEFT JOIN node ON node.id = turn.node_id
    WHERE turn.status IN ('queued', 'retrieving', 'running')
      AND CASE
        WHEN turn.node_id = the_node THEN turn.status <> 'queued' AND turn.id = ANY (lost)
        ELSE coalesce(node.lease_until, '-infinity') < now()
          AND (turn.status <> 'queued' OR turn.created_at <= now() - interval '10 minutes')
      END
    ORDER BY turn.id LIMIT most FOR UPDATE OF turn SKIP LOCKED
  LOOP
    at := clock_timestamp();
    stopped := t.cancel_wanted_at IS NOT NULL;
    UPDATE channel c SET writer = NULL, fence = c.fence + 1, last_offset = c.last_offset + 1
      WHERE c.id = t.conversation_id AND t.status <> 'queued' RETURNING c.last_offset INTO new_offset;
    IF NOT FOUND THEN
      UPDATE channel c SET last_offset = c.last_offset + 1
        WHERE c.id = t.conversation_id RETURNING c.last_offset INTO new_offset;
    END IF;
    SELECT coalesce(string_agg(e.payload->>'text', '' ORDER BY e."offset"), '') INTO said FROM event e
      WHERE e.channel_id = t.conversation_id AND e.type = 'turn.delta' AND e.payload->>'turn_id' = t.id::text
        AND e.created_at >= t.created_at - interval '1 minute';
    IF t.spoken_chars IS NOT NULL THEN
      said := text_heard(said, t.spoken_chars);
    END IF;
    SELECT e.payload->'references' INTO context FROM event e
      WHERE e.channel_id = t.conversation_id AND e.type = 'turn.context' AND e.payload->>'turn_id' = t.id::text
        AND e.created_at >= t.created_at - interval '1 minute' ORDER BY e."offset" DESC LIMIT 1;
    context := coalesce(context, '[]');
    SELECT coalesce(json_agg(r.one ORDER BY r.place), '[]') INTO cited
      FROM json_array_elements(context) WITH ORDINALITY AS r(one, place)
      WHERE position('[' || (r.one->>'n') || ']' IN said) > 0;
    took := least(extract(epoch FROM at - coalesce(t.started_at, t.created_at)) * 1000, 2147483647);
    by_model := coalesce(nullif(t.request->>'model', 'mordomo'), (SELECT c.model FROM conversation c WHERE c.id = t.conversation_id));
    IF said <> '' THEN
      INSERT INTO message (id, tenant_id, user_id, conversation_id, turn_id, role, content, "references", rag_context,
          model, latency_ms, interrupted, created_at)
        VALUES (t.message_id, t.tenant_id, t.user_id, t.conversation_id, t.id, 'assistant', said, cited, context,
          by_model, took, true, at)
        ON CONFLICT DO NOTHING;
      UPDATE conversation c SET message_count = c.message_count + 1, last_message_at = at WHERE c.id = t.conversation_id;
    END IF;
    type := CASE WHEN stopped THEN 'turn.cancelled' ELSE 'turn.failed' END;
    UPDATE turn SET status = CASE WHEN stopped THEN 'cancelled' ELSE 'failed' END,
      error_code = CASE WHEN NOT stopped THEN 'interrupted' END, retryable = NOT stopped, ended_at = at,
      end_offset = new_offset, error_detail = CASE WHEN NOT stopped THEN reason END WHERE turn.id = t.id;
    PERFORM add_asked(t.id, by_model, context, said <> '');
    body := jsonb_build_object('type', type, 'at', to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
      'turn_id', t.id, 'client_message_id', t.client_message_id,
      'message', CASE WHEN said = '' THEN NULL ELSE json_build_object('id', t.message_id,
        'conversation_id', t.conversation_id, 'turn_id', t.id, 'role', 'assistant', 'type', 'text',
        'content', said, 'references', cited, 'tokens', json_build_object('prompt', 0, 'completion', 0),
        'model', by_model, 'intent', NULL, 'confidence', NULL, 'latency_ms', took, 'time_to_first_token_ms', NULL,
        'interrupted', true, 'source', NULL, 'metadata', '{}'::json, 'created_at', utc_text(at)) END);
    IF NOT stopped THEN
      body := body || jsonb_build_object('code', 'interrupted', 'detail', reason, 'retryable', true);
    END IF;
    INSERT INTO event (channel_id, "offset", tenant_id, user_id, type, payload, created_at)
      VALUES (t.conversation_id, new_offset, t.tenant_id, t.user_id, reap_turns.type, body::json, at);
    RETURN QUERY SELECT t.conversation_id, t.user_id, new_offset, stream_epoch(), reap_turns.type, body::text, t.tenant_id,
      EXISTS (SELECT 1 FROM turn q WHERE q.conversation_id = t.conversation_id AND q.status = 'queued');
  END LOOP;
  DELETE FROM node WHERE lease_until < now() - interval '1 hour';
END $$;

DROP FUNCTION finish_turns(boolean, uuid[], uuid[], uuid[], uuid[], bigint[], text[], text[], text[], boolean[], text[],
  text[], text[], text[], timestamptz[], integer[], text[], text[]);
-- As before, with the rows of what was asked.
-- The ends of turns: their last events, the assistant's messages, their cost. All or nothing for each, and
-- only while it is still its channel's writer. Asked again it answers as the first time. event_items says
-- whose each event is, by its number in the other arrays; a message is null where nothing is kept. documents: which
-- of them were in each turn's context, as the text of an array.
CREATE FUNCTION finish_turns(
  patient boolean,
  tenants uuid[], users uuid[], conversations uuid[], turns uuid[], fences bigint[], statuses text[],
  failure_codes text[], failure_details text[], may_retry boolean[], messages text[], refs text[], rags text[],
  calls text[], ats timestamptz[], event_items integer[], types text[], payloads text[], documents text[])
RETURNS TABLE (item integer, refusal text, detail text, last_offset bigint, epoch text, more boolean)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
SET jit = off SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_hashjoin = off
SET enable_mergejoin = off SET enable_material = off AS $$
#variable_conflict use_column
DECLARE
  held uuid[] := hold_conversations(patient, tenants, users, conversations);
  the_epoch text := stream_epoch();
BEGIN
  -- Seldom: an answer made again marks those that it replaces. Here, for the next statement would open every
  -- month of messages for it. Who is the writer now is so until the end, under the lock.
  IF EXISTS (SELECT FROM unnest(tenants, users, turns) AS i(tenant, usr, turn)
      JOIN turn t ON t.id = i.turn AND (t.tenant_id, t.user_id) IS NOT DISTINCT FROM (i.tenant, i.usr)
      WHERE t.replaces IS NOT NULL) THEN
    UPDATE message m SET metadata = m.metadata || jsonb_build_object('superseded_by', i.turn)
    FROM unnest(tenants, users, conversations, turns, fences, messages) AS i(tenant, usr, conv, turn, fence, message)
    JOIN channel s ON s.id = i.conv AND (s.tenant_id, s.user_id) IS NOT DISTINCT FROM (i.tenant, i.usr)
      AND s.writer = i.turn AND s.fence = i.fence
    JOIN turn n ON n.id = i.turn AND (n.tenant_id, n.user_id) IS NOT DISTINCT FROM (i.tenant, i.usr)
      AND n.replaces IS NOT NULL
    JOIN turn t ON t.conversation_id = i.conv AND (t.tenant_id, t.user_id) IS NOT DISTINCT FROM (i.tenant, i.usr)
      AND t.user_message_id = n.user_message_id AND t.id < n.id
    WHERE i.conv = ANY (held) AND i.message IS NOT NULL
      AND m.id = t.message_id AND (m.tenant_id, m.user_id) IS NOT DISTINCT FROM (i.tenant, i.usr);
  END IF;

  RETURN QUERY
  WITH event_of AS MATERIALIZED (
    SELECT e.item, e.type, e.payload, row_number() OVER (PARTITION BY e.item ORDER BY e.n) AS place
    FROM unnest(event_items, types, payloads) WITH ORDINALITY AS e(item, type, payload, n)
  ), item AS MATERIALIZED (
    SELECT u.*,
      u.conv = ANY (held) AND row_number() OVER (PARTITION BY u.conv ORDER BY u.n) = 1 AS first_of_its,
      (SELECT count(*) FROM event_of e WHERE e.item = u.n) AS events
    FROM unnest(tenants, users, conversations, turns, fences, statuses, failure_codes, failure_details,
        may_retry, messages, refs, rags, calls, ats, documents)
      WITH ORDINALITY AS u(tenant, usr, conv, turn, fence, status, code, why, retryable, message, refs, rag,
        calls, at, documents, n)
  ), moved AS (
    UPDATE channel s SET last_offset = s.last_offset + i.events, writer = NULL
    FROM item i
    WHERE i.first_of_its AND s.id = i.conv AND (s.tenant_id, s.user_id) IS NOT DISTINCT FROM (i.tenant, i.usr)
      AND s.writer = i.turn AND s.fence = i.fence
    RETURNING i.*, s.last_offset
  ), counted AS (
    UPDATE conversation c SET message_count = c.message_count + (m.message IS NOT NULL)::integer,
      last_message_at = m.at
    FROM moved m WHERE c.id = m.conv AND (c.tenant_id, c.user_id) IS NOT DISTINCT FROM (m.tenant, m.usr)
  ), told AS (
    INSERT INTO event (channel_id, "offset", tenant_id, user_id, type, payload, created_at)
    SELECT m.conv, m.last_offset - m.events + e.place, m.tenant, m.usr, e.type, e.payload::json, m.at
    FROM moved m JOIN event_of e ON e.item = m.n
  ), said AS (
    INSERT INTO message (id, tenant_id, user_id, conversation_id, turn_id, role, content, "references",
        rag_context, prompt_tokens, completion_tokens, model, intent, confidence, latency_ms,
        time_to_first_token_ms, interrupted, metadata, created_at)
    SELECT j.id, m.tenant, m.usr, m.conv, m.turn, 'assistant', j.content, m.refs::json, m.rag::json,
      j.prompt_tokens, j.completion_tokens, j.model, j.intent, j.confidence, j.latency_ms,
      j.time_to_first_token_ms, j.interrupted, coalesce(j.metadata, '{}'), m.at
    FROM moved m CROSS JOIN LATERAL json_to_record(m.message::json) AS j(id uuid, content text,
      prompt_tokens integer, completion_tokens integer, model text, intent text,
      confidence double precision, latency_ms integer, time_to_first_token_ms integer,
      interrupted boolean, metadata jsonb)
    WHERE m.message IS NOT NULL
  ), billed AS (
    INSERT INTO usage (id, tenant_id, user_id, conversation_id, turn_id, model, prompt_tokens,
        completion_tokens, created_at)
    SELECT u.id, m.tenant, m.usr, m.conv, m.turn, u.model, u.prompt, u.completion, m.at
    FROM moved m CROSS JOIN LATERAL json_to_recordset(m.calls::json) AS u(id uuid, model text,
      prompt integer, completion integer)
    RETURNING usage.*
  ), ended AS (
    UPDATE turn t SET status = m.status, fence = m.fence, error_code = m.code, error_detail = m.why,
      retryable = m.retryable, ended_at = m.at, end_offset = m.last_offset
    FROM moved m WHERE t.id = m.turn AND (t.tenant_id, t.user_id) IS NOT DISTINCT FROM (m.tenant, m.usr)
    RETURNING m.*, t.user_message_id, t.message_id, t.created_at, t.request->'caller' AS caller,
      CASE WHEN t.request->'caller'->>'address' IS NOT NULL THEN uuid_send(gen_random_uuid()) END AS salt
  ), recorded AS (
    INSERT INTO asked (id, tenant_id, action, actor_kind, actor_id, credential, conversation_id, turn_id,
        question_id, answer_id, asked_at, ended_at, model, prompt_tokens, completion_tokens, cost, outcome, code,
        documents, address, salt, personal_hash)
    SELECT asked_id(), e.tenant, 'turn.ask', e.caller->>'kind', e.usr, e.caller->>'credential', e.conv, e.turn,
      e.user_message_id, CASE WHEN e.message IS NOT NULL THEN e.message_id END, e.created_at, e.at, b.model,
      coalesce(b.prompt, 0), coalesce(b.completion, 0), coalesce(b.cost, 0), e.status, e.code,
      e.documents::uuid[], e.caller->>'address', e.salt, asked_hash(e.salt, e.caller->>'address', NULL)
    FROM ended e CROSS JOIN LATERAL (
      SELECT (array_agg(c.model ORDER BY c.id DESC))[1] AS model, sum(c.prompt_tokens) AS prompt,
        sum(c.completion_tokens) AS completion, sum(c.cost) AS cost
      FROM billed c WHERE c.turn_id = e.turn) b
  )
  SELECT m.n::integer, NULL::text, NULL::text, m.last_offset, the_epoch,
    EXISTS (SELECT FROM turn q WHERE q.conversation_id = m.conv
      AND (q.tenant_id, q.user_id) IS NOT DISTINCT FROM (m.tenant, m.usr) AND q.status = 'queued')
  FROM moved m
  UNION ALL
  -- Ended by this very call, whose answer was lost with its connection; or taken by another node.
  SELECT i.n::integer,
    CASE WHEN t.end_offset IS NOT NULL THEN NULL WHEN c.id IS NOT NULL AND NOT i.first_of_its THEN 'busy'
      ELSE 'MD409' END,
    'the turn was taken over by another node', t.end_offset, the_epoch,
    EXISTS (SELECT FROM turn q WHERE q.conversation_id = i.conv
      AND (q.tenant_id, q.user_id) IS NOT DISTINCT FROM (i.tenant, i.usr) AND q.status = 'queued')
  FROM item i
  LEFT JOIN turn t ON t.id = i.turn AND (t.tenant_id, t.user_id) IS NOT DISTINCT FROM (i.tenant, i.usr)
    AND t.conversation_id = i.conv AND t.fence = i.fence AND t.status = i.status
  LEFT JOIN conversation c ON c.id = i.conv AND (c.tenant_id, c.user_id) IS NOT DISTINCT FROM (i.tenant, i.usr)
  WHERE NOT EXISTS (SELECT FROM moved m WHERE m.n = i.n);
END $$;


GRANT EXECUTE ON FUNCTION finish_turns(boolean, uuid[], uuid[], uuid[], uuid[], bigint[], text[], text[], text[],
  boolean[], text[], text[], text[], text[], timestamptz[], integer[], text[], text[], text[]) TO ${app};
GRANT EXECUTE ON FUNCTION asked_id(), asked_hash(bytea, text, text), add_asked(uuid, text, json, boolean)
  TO ${app}, ${system};
GRANT EXECUTE ON FUNCTION blank_asked(uuid, uuid),
  seal_asked(timestamptz, timestamptz, uuid[], bigint[], text[]) TO ${system};
SELECT maintain_audit(now(), 100 * 366 * 86400::bigint);
