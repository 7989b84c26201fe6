-- The delivery of turns when connections break between a commit and its answer: whatever a node asks
-- again finds what it did before. And turns that nobody holds any more are taken up.

-- How much of its running turn a channel has: how many events the writer with this fence has flushed,
-- and the offset of the last of them. By that a flush that is sent again is known, and one that
-- PostgreSQL lost in a crash.
ALTER TABLE channel
  ADD COLUMN flushed_fence bigint NOT NULL DEFAULT 0,
  ADD COLUMN flushed_count bigint NOT NULL DEFAULT 0,
  ADD COLUMN flushed_offset bigint NOT NULL DEFAULT 0;

-- Where the turn's closing event is in its channel.
ALTER TABLE turn ADD COLUMN end_offset bigint;

-- What the models have said since the last flush, of many turns in one commit, which may be lost in
-- a crash of PostgreSQL (the epoch changes then) but not in one of the application. Arrays are
-- parallel, an element an event, in order; numbers count the events of a turn from 0.
--
-- Answers a row a turn: the offset of its last event, and how many of its events are there now. Fewer
-- than were sent: a crash lost some, send again from there. A turn that was taken away has another
-- writer or fence on its channel: its rows are left out, and it is missing in the answer.
DROP FUNCTION flush_events(uuid[], uuid[], bigint[], text[], text[], timestamptz);
CREATE FUNCTION flush_events(channels uuid[], turns uuid[], fences bigint[], numbers bigint[],
  types text[], payloads text[], at timestamptz)
RETURNS TABLE (channel_id uuid, last_offset bigint, flushed bigint, epoch text)
LANGUAGE plpgsql AS $$
DECLARE told integer;
BEGIN
  PERFORM set_config('synchronous_commit', 'off', true);
  RETURN QUERY
  WITH item AS (
    SELECT * FROM unnest(channels, turns, fences, numbers, types, payloads)
      WITH ORDINALITY AS u(chan, turn, fence, number, type, payload, ord)
  ), wanted AS (
    SELECT i.chan, i.turn, i.fence, min(i.number) AS first, count(*)::integer AS n
    FROM item i GROUP BY i.chan, i.turn, i.fence
  ), moved AS (
    UPDATE channel c SET last_offset = c.last_offset + w.n, flushed_fence = w.fence,
      flushed_count = w.first + w.n, flushed_offset = c.last_offset + w.n
    FROM wanted w
    WHERE c.id = w.chan AND c.writer = w.turn AND c.fence = w.fence
      AND w.first = CASE WHEN c.flushed_fence = w.fence THEN c.flushed_count ELSE 0 END
    RETURNING c.id, c.tenant_id, c.user_id, c.last_offset, c.flushed_count, w.n
  ), written AS (
    INSERT INTO event (channel_id, "offset", tenant_id, user_id, type, payload, created_at)
    SELECT m.id, m.last_offset - m.n + row_number() OVER (PARTITION BY m.id ORDER BY i.ord),
      m.tenant_id, m.user_id, i.type, i.payload::json, at
    FROM moved m JOIN item i ON i.chan = m.id
  )
  SELECT m.id, m.last_offset, m.flushed_count, stream_epoch() FROM moved m;

  GET DIAGNOSTICS told = ROW_COUNT;
  IF told < (SELECT count(DISTINCT c) FROM unnest(channels) AS c) THEN
    -- Asked again, or lost in a crash. A statement of its own, since the first waited for locks.
    RETURN QUERY
    SELECT DISTINCT c.id, c.flushed_offset,
      CASE WHEN c.flushed_fence = c.fence THEN c.flushed_count ELSE 0 END, stream_epoch()
    FROM unnest(channels, turns, fences) AS u(chan, turn, fence)
    JOIN channel c ON c.id = u.chan AND c.writer = u.turn AND c.fence = u.fence;
  END IF;
END $$;

-- The end of a turn: its last events, the assistant's message, its cost. All or nothing, and only
-- while the turn is still its channel's writer. Asked again it answers as the first time.
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
    -- Taken by another node; or ended by this very call, whose answer was lost with its connection.
    SELECT t.end_offset INTO last_offset FROM turn t
      WHERE t.id = the_turn AND t.fence = the_fence AND t.status = new_status;
    IF last_offset IS NULL THEN
      RAISE EXCEPTION 'the turn was taken over by another node' USING ERRCODE = 'MD409';
    END IF;
    UPDATE conversation c SET message_count = c.message_count - (msg IS NOT NULL)::integer WHERE c.id = conv;
    epoch := stream_epoch();
    more := EXISTS (SELECT 1 FROM turn t WHERE t.conversation_id = conv AND t.status = 'queued');
    RETURN;
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
      error_detail = failure_detail, retryable = may_retry, ended_at = at, end_offset = finish_turn.last_offset
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

-- Takes up turns that wait and that nobody holds: of nodes that were stopped or went silent (if
-- `others`), and those of this node that it has `lost`, since their acceptance was committed but its
-- answer was lost; one that has said nothing yet can wait again.
CREATE FUNCTION adopt_turns(the_node uuid, lost uuid[], others boolean, most integer)
RETURNS TABLE (turn_id uuid, message_id uuid, conversation_id uuid, tenant_id uuid, user_id uuid, role text,
  client_message_id text, content text, wanted text, model text, collections uuid[])
LANGUAGE plpgsql AS $$
BEGIN
  RETURN QUERY
  WITH orphan AS (
    SELECT t.id, t.conversation_id AS conv FROM turn t
    JOIN channel c ON c.id = t.conversation_id
    LEFT JOIN node n ON n.id = t.node_id
    WHERE t.status IN ('queued', 'retrieving', 'running')
      AND CASE
        WHEN t.node_id = the_node
          THEN t.id = ANY (lost) AND (t.status = 'queued' OR c.flushed_fence <> c.fence)
        ELSE others AND t.status = 'queued' AND coalesce(n.lease_until, '-infinity') < now()
          AND t.created_at > now() - interval '10 minutes'
      END
    ORDER BY t.id LIMIT most FOR UPDATE OF t SKIP LOCKED
  ), freed AS (
    UPDATE channel c SET writer = NULL, fence = c.fence + 1 FROM orphan o
    WHERE c.id = o.conv AND c.writer = o.id
  )
  UPDATE turn t SET status = 'queued', node_id = the_node, started_at = NULL
  FROM orphan o, message m, conversation v, app_user u
  WHERE t.id = o.id AND m.id = t.user_message_id AND v.id = t.conversation_id AND u.id = t.user_id
  RETURNING t.id, t.message_id, t.conversation_id, t.tenant_id, t.user_id, u.role, t.client_message_id,
    m.content, t.request::text, v.model, v.collections;
END $$;

-- Ends the turns that ran on nodes whose lease has ended, and those of this node that it has lost; what
-- waits is adopted, unless it has waited too long. The fence rises, so that a node that wakes up can't
-- write another word; what was said so far becomes the message, marked interrupted.
DROP FUNCTION reap_turns(integer);
CREATE FUNCTION reap_turns(the_node uuid, lost uuid[], most integer)
RETURNS TABLE (channel_id uuid, user_id uuid, last_offset bigint, epoch text, payload text, conversation_tenant uuid, more boolean)
LANGUAGE plpgsql AS $$
DECLARE t record; said text; body json; at timestamptz; new_offset bigint;
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
    UPDATE channel c SET writer = NULL, fence = c.fence + 1, last_offset = c.last_offset + 1
      WHERE c.id = t.conversation_id AND t.status <> 'queued' RETURNING c.last_offset INTO new_offset;
    IF NOT FOUND THEN
      UPDATE channel c SET last_offset = c.last_offset + 1
        WHERE c.id = t.conversation_id RETURNING c.last_offset INTO new_offset;
    END IF;
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
      end_offset = new_offset,
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
  flush_events(uuid[], uuid[], bigint[], bigint[], text[], text[], timestamptz),
  adopt_turns(uuid, uuid[], boolean, integer),
  reap_turns(uuid, uuid[], integer) TO ${system};
