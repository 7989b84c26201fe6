-- An answer that is made again or continued: a turn over words that were said before. What it
-- replaces stays as it was until the new answer is there, and is no part of the history then.

ALTER TABLE turn ADD COLUMN replaces uuid;
GRANT UPDATE (metadata) ON message TO ${app};

-- A turn over the words of an earlier one, which must have ended; or finds the turn that this
-- client_message_id already is. One that replaces the earlier answer must be the conversation's last.
-- A queued one reads its history when it is claimed.
CREATE FUNCTION again_turn(
  tenant uuid, usr uuid, earlier uuid, new_turn uuid, assistant_message uuid, client_id text,
  wanted json, started_payload text, the_node uuid, most_queued integer, retrieves boolean,
  is_replacing boolean, at timestamptz,
  OUT existing boolean, OUT turn_id uuid, OUT turn_status text, OUT message_id uuid,
  OUT conversation_id uuid, OUT fence bigint, OUT last_offset bigint, OUT epoch text,
  OUT conversation_model text, OUT collections uuid[], OUT history json, OUT first_turn boolean)
LANGUAGE plpgsql AS $$
DECLARE known turn%ROWTYPE; old turn%ROWTYPE; waiting integer; status text;
BEGIN
  PERFORM act_as(tenant, usr, 'member');
  existing := false; first_turn := false;
  SELECT * INTO old FROM turn t WHERE t.id = earlier;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'the turn' USING ERRCODE = 'MD404';
  END IF;
  -- The lock on the conversation's row makes the order of its turns.
  UPDATE conversation c SET last_message_at = at, ended_at = NULL WHERE c.id = old.conversation_id
    RETURNING c.model, c.collections INTO conversation_model, collections;
  SELECT * INTO known FROM turn t WHERE t.user_id = usr AND t.client_message_id = client_id;
  IF FOUND THEN
    existing := true; turn_id := known.id; turn_status := known.status;
    message_id := known.user_message_id; conversation_id := known.conversation_id; fence := known.fence;
    SELECT c.last_offset INTO last_offset FROM channel c WHERE c.id = known.conversation_id;
    epoch := stream_epoch();
    RETURN;
  END IF;
  SELECT * INTO old FROM turn t WHERE t.id = earlier;
  IF old.status IN ('queued', 'retrieving', 'running') THEN
    RAISE EXCEPTION 'the turn has not ended' USING ERRCODE = 'MD409';
  END IF;
  IF is_replacing AND EXISTS (SELECT 1 FROM turn t WHERE t.conversation_id = old.conversation_id AND t.id > earlier) THEN
    RAISE EXCEPTION 'the conversation has gone on: only its last answer is made again' USING ERRCODE = 'MD409';
  END IF;
  SELECT count(*) INTO waiting FROM turn t
    WHERE t.conversation_id = old.conversation_id AND t.status IN ('queued', 'retrieving', 'running');
  IF waiting > most_queued THEN
    RAISE EXCEPTION 'the conversation has % turns waiting; wait for one to end', waiting - 1
      USING ERRCODE = 'MD429';
  END IF;
  status := CASE WHEN waiting > 0 THEN 'queued' WHEN retrieves THEN 'retrieving' ELSE 'running' END;
  INSERT INTO turn (id, tenant_id, user_id, conversation_id, client_message_id, user_message_id,
      message_id, status, request, node_id, replaces, created_at, started_at)
    VALUES (new_turn, tenant, usr, old.conversation_id, client_id, old.user_message_id, assistant_message,
      status, wanted, the_node, CASE WHEN is_replacing THEN earlier END, at,
      CASE WHEN status = 'queued' THEN NULL ELSE at END);
  SELECT coalesce(json_agg(json_build_object('role', h.role, 'content', left(h.content, 6000)) ORDER BY h.id), '[]')
    INTO history
    FROM (SELECT m.id, m.role, m.content FROM message m
          WHERE m.conversation_id = old.conversation_id AND m.id < old.user_message_id
            AND m.metadata->'superseded_by' IS NULL
          ORDER BY m.id DESC LIMIT 20) h;
  UPDATE channel c SET last_offset = c.last_offset + 1,
      writer = CASE WHEN status = 'queued' THEN c.writer ELSE new_turn END,
      fence = CASE WHEN status = 'queued' THEN c.fence ELSE c.fence + 1 END
    WHERE c.id = old.conversation_id RETURNING c.last_offset, c.fence INTO last_offset, fence;
  INSERT INTO event (channel_id, "offset", tenant_id, user_id, type, payload, created_at)
    VALUES (old.conversation_id, last_offset, tenant, usr, 'turn.started', started_payload::json, at);
  epoch := stream_epoch();
  turn_id := new_turn; turn_status := status; message_id := old.user_message_id;
  conversation_id := old.conversation_id;
END $$;

GRANT EXECUTE ON FUNCTION
  again_turn(uuid, uuid, uuid, uuid, uuid, text, json, text, uuid, integer, boolean, boolean, timestamptz) TO ${app};

-- As before, but what was replaced is left out of the history.
CREATE OR REPLACE FUNCTION begin_turn(
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
    FROM (SELECT m.id, m.role, m.content FROM message m
          WHERE m.conversation_id = conv AND m.metadata->'superseded_by' IS NULL
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

CREATE OR REPLACE FUNCTION claim_turn(tenant uuid, usr uuid, conv uuid, the_node uuid, at timestamptz,
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
    FROM (SELECT m.id, m.role, m.content FROM message m
          WHERE m.conversation_id = conv AND m.id < asked AND m.metadata->'superseded_by' IS NULL
          ORDER BY m.id DESC LIMIT 20) h;
END $$;

-- As before, but an answer has its metadata, and one that replaces marks what it replaces.
CREATE OR REPLACE FUNCTION finish_turn(
  tenant uuid, usr uuid, conv uuid, the_turn uuid, the_fence bigint, new_status text,
  failure_code text, failure_detail text, may_retry boolean,
  types text[], payloads text[],
  msg jsonb, refs text, rag text, calls jsonb, at timestamptz,
  OUT last_offset bigint, OUT epoch text, OUT more boolean)
LANGUAGE plpgsql AS $$
DECLARE n integer := cardinality(types); replaced uuid; words uuid;
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
        time_to_first_token_ms, interrupted, metadata, created_at)
      VALUES ((msg->>'id')::uuid, tenant, usr, conv, the_turn, 'assistant', msg->>'content', refs::json,
        rag::json, (msg->>'prompt_tokens')::integer, (msg->>'completion_tokens')::integer, msg->>'model',
        msg->>'intent', (msg->>'confidence')::double precision, (msg->>'latency_ms')::integer,
        (msg->>'time_to_first_token_ms')::integer, (msg->>'interrupted')::boolean, coalesce(msg->'metadata', '{}'), at);
  END IF;
  INSERT INTO usage (id, tenant_id, user_id, conversation_id, turn_id, model, prompt_tokens, completion_tokens, created_at)
    SELECT (u->>'id')::uuid, tenant, usr, conv, the_turn, u->>'model', (u->>'prompt')::integer,
      (u->>'completion')::integer, at FROM jsonb_array_elements(calls) AS u;
  UPDATE turn t SET status = new_status, fence = the_fence, error_code = failure_code,
      error_detail = failure_detail, retryable = may_retry, ended_at = at
    WHERE t.id = the_turn RETURNING t.replaces, t.user_message_id INTO replaced, words;
  IF replaced IS NOT NULL AND msg IS NOT NULL THEN
    UPDATE message m SET metadata = m.metadata || jsonb_build_object('superseded_by', the_turn)
      FROM turn t
      WHERE t.conversation_id = conv AND t.user_message_id = words AND t.id < the_turn
        AND m.id = t.message_id;
  END IF;
  epoch := stream_epoch();
  more := EXISTS (SELECT 1 FROM turn t WHERE t.conversation_id = conv AND t.status = 'queued');
END $$;
