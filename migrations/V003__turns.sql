-- The life of a turn, a function a step: one round trip and one transaction each, so that no
-- connection waits for the application. Each says for whom it works first, so that the policies hold
-- inside it; conditions that the caller must hear of are raised as MDxxx.

-- Stores the user's message and the turn, or finds the turn that this client_message_id already is.
-- The lock on the conversation's row makes the order of its turns.
CREATE FUNCTION begin_turn(
  tenant uuid, usr uuid, conv uuid, new_turn uuid, user_message uuid, assistant_message uuid,
  client_id text, msg_type text, content text, msg_source text, audio_ms integer, audio_model text,
  msg_metadata jsonb, wanted json, started_payload text, the_node uuid, most_queued integer,
  retrieves boolean, at timestamptz,
  OUT existing boolean, OUT turn_id uuid, OUT turn_status text, OUT message_id uuid,
  OUT conversation_id uuid, OUT fence bigint, OUT last_offset bigint, OUT epoch text,
  OUT conversation_model text, OUT collections uuid[], OUT history json, OUT first_turn boolean)
LANGUAGE plpgsql AS $$
DECLARE known turn%ROWTYPE; waiting integer; status text;
BEGIN
  PERFORM act_as(tenant, usr, 'member');
  existing := false;
  SELECT * INTO known FROM turn t WHERE t.user_id = usr AND t.client_message_id = client_id;
  IF NOT FOUND THEN
    UPDATE conversation c SET message_count = message_count + 1, last_message_at = at, ended_at = NULL,
        title = CASE WHEN c.title = '' THEN left(regexp_replace(content, '\s+', ' ', 'g'), 80) ELSE c.title END
      WHERE c.id = conv RETURNING c.model, c.collections, c.message_count = 1
      INTO conversation_model, collections, first_turn;
    IF NOT FOUND THEN
      RAISE EXCEPTION 'the conversation' USING ERRCODE = 'MD404';
    END IF;
    SELECT count(*) INTO waiting FROM turn t
      WHERE t.conversation_id = conv AND t.status IN ('queued', 'retrieving', 'running');
    IF waiting > most_queued THEN
      RAISE EXCEPTION 'the conversation has % turns waiting; wait for one to end', waiting - 1
        USING ERRCODE = 'MD429';
    END IF;
    status := CASE WHEN waiting > 0 THEN 'queued' WHEN retrieves THEN 'retrieving' ELSE 'running' END;
    INSERT INTO turn (id, tenant_id, user_id, conversation_id, client_message_id, user_message_id,
        message_id, status, request, node_id, created_at, started_at)
      VALUES (new_turn, tenant, usr, conv, client_id, user_message, assistant_message, status, wanted,
        the_node, at, CASE WHEN status = 'queued' THEN NULL ELSE at END)
      ON CONFLICT (user_id, client_message_id) DO NOTHING;
    IF NOT FOUND THEN
      -- The same words came twice at once: undo the count, and answer with the first.
      UPDATE conversation c SET message_count = message_count - 1 WHERE c.id = conv;
      SELECT * INTO known FROM turn t WHERE t.user_id = usr AND t.client_message_id = client_id;
    END IF;
  END IF;
  IF known.id IS NOT NULL THEN
    existing := true; turn_id := known.id; turn_status := known.status;
    message_id := known.user_message_id; conversation_id := known.conversation_id; fence := known.fence;
    SELECT c.last_offset INTO last_offset FROM channel c WHERE c.id = known.conversation_id;
    epoch := stream_epoch();
    RETURN;
  END IF;

  SELECT coalesce(json_agg(json_build_object('role', h.role, 'content', left(h.content, 6000)) ORDER BY h.id), '[]')
    INTO history
    FROM (SELECT m.id, m.role, m.content FROM message m WHERE m.conversation_id = conv
          ORDER BY m.id DESC LIMIT 20) h;
  INSERT INTO message (id, tenant_id, user_id, conversation_id, turn_id, role, type, content, source,
      audio_duration_ms, transcription_model, metadata, created_at)
    VALUES (user_message, tenant, usr, conv, new_turn, 'user', msg_type, content, msg_source,
      audio_ms, audio_model, msg_metadata, at);

  -- The turn that begins to run is the channel's writer; a queued one waits for claim_turn.
  UPDATE channel c SET last_offset = c.last_offset + 1,
      writer = CASE WHEN status = 'queued' THEN c.writer ELSE new_turn END,
      fence = CASE WHEN status = 'queued' THEN c.fence ELSE c.fence + 1 END
    WHERE c.id = conv RETURNING c.last_offset, c.fence INTO last_offset, fence;
  INSERT INTO event (channel_id, "offset", tenant_id, user_id, type, payload, created_at)
    VALUES (conv, last_offset, tenant, usr, 'turn.started', started_payload::json, at);
  epoch := stream_epoch();
  turn_id := new_turn; turn_status := status; message_id := user_message; conversation_id := conv;
END $$;

-- The next queued turn of a conversation becomes its running one; null when another already runs,
-- or when none waits on this node.
CREATE FUNCTION claim_turn(tenant uuid, usr uuid, conv uuid, the_node uuid, at timestamptz,
  OUT turn_id uuid, OUT fence bigint, OUT history json)
LANGUAGE plpgsql AS $$
DECLARE asked uuid;
BEGIN
  PERFORM act_as(tenant, usr, 'member');
  PERFORM 1 FROM conversation c WHERE c.id = conv FOR NO KEY UPDATE;
  IF EXISTS (SELECT 1 FROM turn t WHERE t.conversation_id = conv AND t.status IN ('retrieving', 'running')) THEN
    RETURN;
  END IF;
  SELECT t.id, t.user_message_id INTO turn_id, asked FROM turn t
    WHERE t.conversation_id = conv AND t.status = 'queued' ORDER BY t.id LIMIT 1;
  IF turn_id IS NULL THEN
    RETURN;
  END IF;
  UPDATE turn t SET status = 'retrieving', started_at = at
    WHERE t.id = turn_id AND t.node_id = the_node;
  IF NOT FOUND THEN
    turn_id := NULL;
    RETURN;
  END IF;
  UPDATE channel c SET writer = turn_id, fence = c.fence + 1 WHERE c.id = conv RETURNING c.fence INTO fence;
  SELECT coalesce(json_agg(json_build_object('role', h.role, 'content', left(h.content, 6000)) ORDER BY h.id), '[]')
    INTO history
    FROM (SELECT m.id, m.role, m.content FROM message m WHERE m.conversation_id = conv AND m.id < asked
          ORDER BY m.id DESC LIMIT 20) h;
END $$;

-- What the models have said since the last flush, of many turns in one commit, which may be lost in
-- a crash of PostgreSQL (the epoch changes then) but not in one of the application. A turn that was
-- taken away has another writer or fence on its channel: its rows are left out, and it is missing in
-- the answer. Arrays are parallel, an element an event, in order.
CREATE FUNCTION flush_events(channels uuid[], turns uuid[], fences bigint[], types text[], payloads text[], at timestamptz)
RETURNS TABLE (channel_id uuid, last_offset bigint, epoch text)
LANGUAGE plpgsql AS $$
BEGIN
  PERFORM set_config('synchronous_commit', 'off', true);
  RETURN QUERY
  WITH item AS (
    SELECT * FROM unnest(channels, turns, fences, types, payloads)
      WITH ORDINALITY AS u(chan, turn, fence, type, payload, ord)
  ), wanted AS (
    SELECT i.chan, i.turn, i.fence, count(*)::integer AS n FROM item i GROUP BY i.chan, i.turn, i.fence
  ), moved AS (
    UPDATE channel c SET last_offset = c.last_offset + w.n FROM wanted w
    WHERE c.id = w.chan AND c.writer = w.turn AND c.fence = w.fence
    RETURNING c.id, c.tenant_id, c.user_id, c.last_offset, w.n
  ), written AS (
    INSERT INTO event (channel_id, "offset", tenant_id, user_id, type, payload, created_at)
    SELECT m.id, m.last_offset - m.n + row_number() OVER (PARTITION BY m.id ORDER BY i.ord),
      m.tenant_id, m.user_id, i.type, i.payload::json, at
    FROM moved m JOIN item i ON i.chan = m.id
  )
  SELECT m.id, m.last_offset, stream_epoch() FROM moved m;
END $$;

-- The end of a turn: its last events, the assistant's message, its cost. All or nothing, and only
-- while the turn is still its channel's writer.
CREATE FUNCTION finish_turn(
  tenant uuid, usr uuid, conv uuid, the_turn uuid, the_fence bigint, new_status text,
  failure_code text, failure_detail text, may_retry boolean,
  types text[], payloads text[],
  msg jsonb, refs text, rag text, calls jsonb, at timestamptz,
  OUT last_offset bigint, OUT epoch text, OUT more boolean)
LANGUAGE plpgsql AS $$
DECLARE n integer := cardinality(types);
BEGIN
  PERFORM act_as(tenant, usr, 'member');
  UPDATE conversation c SET message_count = c.message_count + (msg IS NOT NULL)::integer, last_message_at = at
    WHERE c.id = conv;
  UPDATE channel c SET last_offset = c.last_offset + n, writer = NULL
    WHERE c.id = conv AND c.writer = the_turn AND c.fence = the_fence
    RETURNING c.last_offset INTO last_offset;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'the turn was taken over by another node' USING ERRCODE = 'MD409';
  END IF;
  INSERT INTO event (channel_id, "offset", tenant_id, user_id, type, payload, created_at)
    SELECT conv, finish_turn.last_offset - n + i, tenant, usr, types[i], payloads[i]::json, at
    FROM generate_series(1, n) AS i;
  IF msg IS NOT NULL THEN
    INSERT INTO message (id, tenant_id, user_id, conversation_id, turn_id, role, content, "references",
        rag_context, prompt_tokens, completion_tokens, model, intent, confidence, latency_ms,
        time_to_first_token_ms, interrupted, created_at)
      VALUES ((msg->>'id')::uuid, tenant, usr, conv, the_turn, 'assistant', msg->>'content', refs::json,
        rag::json, (msg->>'prompt_tokens')::integer, (msg->>'completion_tokens')::integer, msg->>'model',
        msg->>'intent', (msg->>'confidence')::double precision, (msg->>'latency_ms')::integer,
        (msg->>'time_to_first_token_ms')::integer, (msg->>'interrupted')::boolean, at);
  END IF;
  INSERT INTO usage (id, tenant_id, user_id, conversation_id, turn_id, model, prompt_tokens, completion_tokens, created_at)
    SELECT (u->>'id')::uuid, tenant, usr, conv, the_turn, u->>'model', (u->>'prompt')::integer,
      (u->>'completion')::integer, at FROM jsonb_array_elements(calls) AS u;
  UPDATE turn t SET status = new_status, fence = the_fence, error_code = failure_code,
      error_detail = failure_detail, retryable = may_retry, ended_at = at
    WHERE t.id = the_turn;
  epoch := stream_epoch();
  more := EXISTS (SELECT 1 FROM turn t WHERE t.conversation_id = conv AND t.status = 'queued');
END $$;

-- Cancels a turn that waits in the queue; false when it does not wait any more.
CREATE FUNCTION cancel_queued_turn(tenant uuid, usr uuid, the_turn uuid, payload text, at timestamptz,
  OUT cancelled boolean, OUT conversation_id uuid, OUT last_offset bigint, OUT epoch text)
LANGUAGE plpgsql AS $$
BEGIN
  PERFORM act_as(tenant, usr, 'member');
  UPDATE turn t SET status = 'cancelled', ended_at = at WHERE t.id = the_turn AND t.status = 'queued'
    RETURNING t.conversation_id INTO conversation_id;
  cancelled := FOUND;
  IF cancelled THEN
    last_offset := append_events(conversation_id, 'conversation', tenant, usr, ARRAY['turn.cancelled'], ARRAY[payload], at);
    epoch := stream_epoch();
  END IF;
END $$;

-- Renews the lease of a node and of all its turns.
CREATE FUNCTION renew_node(the_node uuid, lease interval) RETURNS void LANGUAGE sql AS $$
  INSERT INTO node (id, started_at, lease_until) VALUES (the_node, now(), now() + lease)
  ON CONFLICT (id) DO UPDATE SET lease_until = now() + lease;
$$;

-- Takes the turns of nodes whose lease has ended: the fence rises, so that a node that wakes up can't
-- write another word; what was said so far becomes the message, marked interrupted.
CREATE FUNCTION reap_turns(most integer)
RETURNS TABLE (channel_id uuid, user_id uuid, last_offset bigint, epoch text, payload text, conversation_tenant uuid, more boolean)
LANGUAGE plpgsql AS $$
DECLARE t record; said text; body json; at timestamptz; new_offset bigint;
BEGIN
  FOR t IN
    SELECT turn.* FROM turn LEFT JOIN node ON node.id = turn.node_id
    WHERE turn.status IN ('queued', 'retrieving', 'running') AND coalesce(node.lease_until, '-infinity') < now()
    ORDER BY turn.id LIMIT most FOR UPDATE OF turn SKIP LOCKED
  LOOP
    at := clock_timestamp();
    UPDATE channel c SET writer = NULL, fence = c.fence + 1, last_offset = c.last_offset + 1
      WHERE c.id = t.conversation_id RETURNING c.last_offset INTO new_offset;
    SELECT coalesce(string_agg(e.payload->>'text', '' ORDER BY e."offset"), '') INTO said FROM event e
      WHERE e.channel_id = t.conversation_id AND e.type = 'turn.delta' AND e.payload->>'turn_id' = t.id::text
        AND e.created_at >= t.created_at - interval '1 minute';
    IF said <> '' THEN
      INSERT INTO message (id, tenant_id, user_id, conversation_id, turn_id, role, content, interrupted, created_at)
        VALUES (t.message_id, t.tenant_id, t.user_id, t.conversation_id, t.id, 'assistant', said, true, at)
        ON CONFLICT DO NOTHING;
      UPDATE conversation c SET message_count = c.message_count + 1, last_message_at = at WHERE c.id = t.conversation_id;
    END IF;
    UPDATE turn SET status = 'failed', error_code = 'interrupted', retryable = true, ended_at = at,
      error_detail = 'the server stopped in the middle of the answer; ask again' WHERE turn.id = t.id;
    body := json_build_object('type', 'turn.failed', 'at', to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
      'turn_id', t.id, 'client_message_id', t.client_message_id, 'code', 'interrupted',
      'detail', 'the server stopped in the middle of the answer; ask again', 'retryable', true,
      'message', CASE WHEN said = '' THEN NULL ELSE json_build_object('id', t.message_id,
        'conversation_id', t.conversation_id, 'turn_id', t.id, 'role', 'assistant', 'type', 'text',
        'content', said, 'references', '[]'::json, 'interrupted', true, 'created_at', at) END);
    INSERT INTO event (channel_id, "offset", tenant_id, user_id, type, payload, created_at)
      VALUES (t.conversation_id, new_offset, t.tenant_id, t.user_id, 'turn.failed', body, at);
    RETURN QUERY SELECT t.conversation_id, t.user_id, new_offset, stream_epoch(), body::text, t.tenant_id,
      EXISTS (SELECT 1 FROM turn q WHERE q.conversation_id = t.conversation_id AND q.status = 'queued');
  END LOOP;
  DELETE FROM node WHERE lease_until < now() - interval '1 hour';
END $$;

GRANT EXECUTE ON FUNCTION
  begin_turn(uuid, uuid, uuid, uuid, uuid, uuid, text, text, text, text, integer, text, jsonb, json, text, uuid, integer, boolean, timestamptz),
  claim_turn(uuid, uuid, uuid, uuid, timestamptz),
  finish_turn(uuid, uuid, uuid, uuid, bigint, text, text, text, boolean, text[], text[], jsonb, text, text, jsonb, timestamptz),
  cancel_queued_turn(uuid, uuid, uuid, text, timestamptz) TO ${app};
GRANT EXECUTE ON FUNCTION
  flush_events(uuid[], uuid[], bigint[], text[], text[], timestamptz),
  renew_node(uuid, interval), reap_turns(integer) TO ${system};
