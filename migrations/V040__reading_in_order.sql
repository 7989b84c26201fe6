-- What was said last in a conversation, and its pages, read in the order of their index.
--
-- The planner takes the three conditions of a policy (tenant, user) and of the question (conversation)
-- for independent and expects one row. It then reads every message of the conversation, and every entry
-- of its user, to sort them and give twenty: a turn cost more with each turn before it. With sorting off,
-- and the conversation given as a range (an equal column would be dropped from the order), the one plan
-- left goes along message_conversation and stops after as many rows as are wanted.

-- The twenty messages before one, as JSON, oldest first; answers that were replaced are left out. Most
-- conversations are of this month or the last: only older ones have the older partitions opened.
CREATE FUNCTION conversation_history(conv uuid, before uuid) RETURNS json
LANGUAGE plpgsql STABLE SET enable_sort = off AS $$
DECLARE
  roles text[]; texts text[]; more_roles text[]; more_texts text[];
  recent uuid := uuid_from_time(date_trunc('month', now()) - interval '1 month');
BEGIN
  SELECT array_agg(h.role), array_agg(h.said) INTO roles, texts
    FROM (SELECT m.role, left(m.content, 6000) AS said FROM message m
          WHERE m.conversation_id >= conv AND m.conversation_id <= conv AND m.id < before AND m.id >= recent
            AND m.metadata->'superseded_by' IS NULL
          ORDER BY m.conversation_id DESC, m.id DESC LIMIT 20) h;
  IF conv < recent AND coalesce(cardinality(roles), 0) < 20 THEN
    SELECT array_agg(h.role), array_agg(h.said) INTO more_roles, more_texts
      FROM (SELECT m.role, left(m.content, 6000) AS said FROM message m
            WHERE m.conversation_id >= conv AND m.conversation_id <= conv AND m.id < before AND m.id < recent
              AND m.metadata->'superseded_by' IS NULL
            ORDER BY m.conversation_id DESC, m.id DESC LIMIT 20 - coalesce(cardinality(roles), 0)) h;
    roles := roles || more_roles; texts := texts || more_texts;
  END IF;
  RETURN (SELECT coalesce(json_agg(json_build_object('role', roles[n], 'content', texts[n])), '[]')
          FROM generate_series(coalesce(cardinality(roles), 0), 1, -1) AS n);
END $$;

-- A page of a conversation, oldest first, after one message or (null) from the beginning.
CREATE FUNCTION conversation_page(conv uuid, after uuid, most integer) RETURNS SETOF message
LANGUAGE plpgsql STABLE SET enable_sort = off AS $$
BEGIN
  RETURN QUERY SELECT m.* FROM message m
    WHERE m.conversation_id >= conv AND m.conversation_id <= conv
      AND m.id > coalesce(after, '00000000-0000-0000-0000-000000000000')
    ORDER BY m.conversation_id, m.id LIMIT most;
END $$;

GRANT EXECUTE ON FUNCTION conversation_history(uuid, uuid), conversation_page(uuid, uuid, integer),
  uuid_from_time(timestamptz) TO ${app};

-- As before, with the history read in order.
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

  history := CASE WHEN first_turn THEN '[]' ELSE conversation_history(conv, user_message) END;
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
  history := conversation_history(conv, asked);
END $$;
