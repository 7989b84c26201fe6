-- Several turns begin, and several end, in one statement and one commit: what PostgreSQL does for a
-- statement, a transaction and a plan is done once for all of them.
--
-- These functions act with the owner's rights, so that one statement may serve several users. No policy
-- helps them then: every row that they read or write is asked for by the tenant and the user of its item,
-- as the policies would; with IS NOT DISTINCT FROM, which no index serves, so that a row is always found by
-- its id and not among all of its user's. Arrays are parallel, an element a turn; the answer has a row a
-- turn, with its number in the arrays, from 1.
--
-- Nothing is raised for one of many. What is refused says so in its own row: MD404, MD409, MD429 as before,
-- or `busy`: nothing was done, since somebody else holds the row of its conversation or its channel, or since
-- the same words are stored just now. Who asks for one alone may be patient, and waits for the lock.
--
-- Plans are made once a connection and kept, without regard to the values: they all go along an index, a row
-- an item. What would read a whole table, as is cheap while it is small, is switched off.

-- As conversation_history, of one user's words, for functions with the owner's rights.
CREATE FUNCTION user_history(tenant uuid, usr uuid, conv uuid, before uuid) RETURNS text
LANGUAGE plpgsql STABLE SET enable_sort = off AS $$
DECLARE
  roles text[]; texts text[]; more_roles text[]; more_texts text[];
  recent uuid := uuid_from_time(date_trunc('month', now()) - interval '1 month');
BEGIN
  SELECT array_agg(h.role), array_agg(h.said) INTO roles, texts
    FROM (SELECT m.role, left(m.content, 6000) AS said FROM message m
          WHERE m.conversation_id >= conv AND m.conversation_id <= conv AND m.id < before AND m.id >= recent
            AND m.tenant_id = tenant AND m.user_id = usr AND m.metadata->'superseded_by' IS NULL
          ORDER BY m.conversation_id DESC, m.id DESC LIMIT 20) h;
  IF conv < recent AND coalesce(cardinality(roles), 0) < 20 THEN
    SELECT array_agg(h.role), array_agg(h.said) INTO more_roles, more_texts
      FROM (SELECT m.role, left(m.content, 6000) AS said FROM message m
            WHERE m.conversation_id >= conv AND m.conversation_id <= conv AND m.id < before AND m.id < recent
              AND m.tenant_id = tenant AND m.user_id = usr AND m.metadata->'superseded_by' IS NULL
            ORDER BY m.conversation_id DESC, m.id DESC LIMIT 20 - coalesce(cardinality(roles), 0)) h;
    roles := roles || more_roles; texts := texts || more_texts;
  END IF;
  RETURN (SELECT coalesce(json_agg(json_build_object('role', roles[n], 'content', texts[n])), '[]')
          FROM generate_series(coalesce(cardinality(roles), 0), 1, -1) AS n);
END $$;

-- Locks those of these conversations that are their users', and their channels, in the order of their ids:
-- first, so that what is read after it is what the last one left. Whoever is not patient leaves out what is
-- locked, and therefore never waits while it holds the rows of others.
CREATE FUNCTION hold_conversations(patient boolean, tenants uuid[], users uuid[], conversations uuid[]) RETURNS uuid[]
LANGUAGE plpgsql AS $$
DECLARE held uuid[];
BEGIN
  IF patient THEN
    SELECT array_agg(l.id) INTO held FROM (
      SELECT c.id FROM unnest(tenants, users, conversations) AS i(tenant, usr, conv)
        JOIN conversation c ON c.id = i.conv AND (c.tenant_id, c.user_id) IS NOT DISTINCT FROM (i.tenant, i.usr)
        JOIN channel s ON s.id = i.conv AND (s.tenant_id, s.user_id) IS NOT DISTINCT FROM (i.tenant, i.usr)
        ORDER BY c.id FOR NO KEY UPDATE OF c, s) l;
  ELSE
    SELECT array_agg(l.id) INTO held FROM (
      SELECT c.id FROM unnest(tenants, users, conversations) AS i(tenant, usr, conv)
        JOIN conversation c ON c.id = i.conv AND (c.tenant_id, c.user_id) IS NOT DISTINCT FROM (i.tenant, i.usr)
        JOIN channel s ON s.id = i.conv AND (s.tenant_id, s.user_id) IS NOT DISTINCT FROM (i.tenant, i.usr)
        ORDER BY c.id FOR NO KEY UPDATE OF c, s SKIP LOCKED) l;
  END IF;
  RETURN coalesce(held, '{}');
END $$;

-- Stores users' messages and their turns, or finds the turns that these client_message_ids already are.
-- Of several in one conversation the first is done, and the others are busy.
CREATE FUNCTION begin_turns(
  patient boolean, the_node uuid, most_queued integer,
  tenants uuid[], users uuid[], conversations uuid[], new_turns uuid[], user_messages uuid[],
  assistant_messages uuid[], client_ids text[], msg_types text[], contents text[], sources text[],
  audio_ms integer[], audio_models text[], metadatas text[], requests text[], started_payloads text[],
  retrieve boolean[], ats timestamptz[])
RETURNS TABLE (item integer, refusal text, detail text, existing boolean, turn_id uuid, turn_status text,
  message_id uuid, conversation_id uuid, fence bigint, last_offset bigint, epoch text,
  conversation_model text, collections uuid[], history text, first_turn boolean)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
SET jit = off SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_hashjoin = off
SET enable_mergejoin = off SET enable_material = off AS $$
#variable_conflict use_column
DECLARE
  held uuid[] := hold_conversations(patient, tenants, users, conversations);
  the_epoch text := stream_epoch();
BEGIN
  RETURN QUERY
  WITH item AS MATERIALIZED (
    SELECT u.* FROM unnest(tenants, users, conversations, new_turns, user_messages, assistant_messages,
        client_ids, msg_types, contents, sources, audio_ms, audio_models, metadatas, requests,
        started_payloads, retrieve, ats)
      WITH ORDINALITY AS u(tenant, usr, conv, turn, said, answer, client_id, type, content, source, ms,
        ear, metadata, request, payload, retrieves, at, n)
  ), known AS MATERIALIZED (
    SELECT i.n, t.id, t.status, t.user_message_id, t.conversation_id, t.fence, s.last_offset
    FROM item i
    JOIN turn t ON t.user_id = i.usr AND t.client_message_id = i.client_id AND t.tenant_id = i.tenant
    LEFT JOIN channel s ON s.id = t.conversation_id
      AND (s.tenant_id, s.user_id) IS NOT DISTINCT FROM (i.tenant, i.usr)
  ), asked AS MATERIALIZED (
    SELECT i.*, c.id IS NOT NULL AS found,
      i.conv = ANY (held) AND row_number() OVER (PARTITION BY i.conv ORDER BY i.n) = 1 AS first_of_its,
      (SELECT count(*) FROM turn t WHERE t.conversation_id = i.conv
        AND (t.tenant_id, t.user_id) IS NOT DISTINCT FROM (i.tenant, i.usr)
        AND t.status IN ('queued', 'retrieving', 'running')) AS waiting
    FROM item i LEFT JOIN conversation c ON c.id = i.conv
      AND (c.tenant_id, c.user_id) IS NOT DISTINCT FROM (i.tenant, i.usr)
    WHERE NOT EXISTS (SELECT FROM known k WHERE k.n = i.n)
  ), fresh AS MATERIALIZED (
    SELECT a.*, CASE WHEN a.waiting > 0 THEN 'queued' WHEN a.retrieves THEN 'retrieving' ELSE 'running' END AS status
    FROM asked a WHERE a.found AND a.first_of_its AND a.waiting <= most_queued
  ), made AS (
    -- Two that store the same words at once wait for each other here: in one order, or they would for ever.
    INSERT INTO turn (id, tenant_id, user_id, conversation_id, client_message_id, user_message_id,
        message_id, status, request, node_id, created_at, started_at)
    SELECT f.turn, f.tenant, f.usr, f.conv, f.client_id, f.said, f.answer, f.status, f.request::json,
      the_node, f.at, CASE WHEN f.status = 'queued' THEN NULL ELSE f.at END
    FROM fresh f ORDER BY f.usr, f.client_id
    ON CONFLICT (user_id, client_message_id) DO NOTHING
    RETURNING id
  ), counted AS (
    UPDATE conversation c SET message_count = c.message_count + 1, last_message_at = f.at, ended_at = NULL,
      title = CASE WHEN c.title = '' THEN left(regexp_replace(f.content, '\s+', ' ', 'g'), 80) ELSE c.title END
    FROM fresh f JOIN made m ON m.id = f.turn
    WHERE c.id = f.conv AND (c.tenant_id, c.user_id) IS NOT DISTINCT FROM (f.tenant, f.usr)
    RETURNING f.*, c.model, c.collections, c.message_count = 1 AS is_first
  ), said AS (
    INSERT INTO message (id, tenant_id, user_id, conversation_id, turn_id, role, type, content, source,
        audio_duration_ms, transcription_model, metadata, created_at)
    SELECT b.said, b.tenant, b.usr, b.conv, b.turn, 'user', b.type, b.content, b.source, b.ms, b.ear,
      b.metadata::jsonb, b.at
    FROM counted b
  ), moved AS (
    -- The turn that begins to run is the channel's writer; a queued one waits for claim_turn.
    UPDATE channel s SET last_offset = s.last_offset + 1,
      writer = CASE WHEN b.status = 'queued' THEN s.writer ELSE b.turn END,
      fence = CASE WHEN b.status = 'queued' THEN s.fence ELSE s.fence + 1 END
    FROM counted b WHERE s.id = b.conv AND (s.tenant_id, s.user_id) IS NOT DISTINCT FROM (b.tenant, b.usr)
    RETURNING b.*, s.last_offset, s.fence
  ), told AS (
    INSERT INTO event (channel_id, "offset", tenant_id, user_id, type, payload, created_at)
    SELECT b.conv, b.last_offset, b.tenant, b.usr, 'turn.started', b.payload::json, b.at FROM moved b
  )
  SELECT b.n::integer, NULL::text, NULL::text, false, b.turn, b.status, b.said, b.conv, b.fence,
    b.last_offset, the_epoch, b.model, b.collections,
    CASE WHEN b.is_first THEN '[]' ELSE user_history(b.tenant, b.usr, b.conv, b.said) END, b.is_first
  FROM moved b
  UNION ALL
  SELECT k.n::integer, NULL, NULL, true, k.id, k.status, k.user_message_id, k.conversation_id, k.fence,
    k.last_offset, the_epoch, NULL, NULL, NULL, NULL
  FROM known k
  UNION ALL
  SELECT a.n::integer,
    CASE WHEN NOT a.found THEN 'MD404' WHEN a.first_of_its AND a.waiting > most_queued THEN 'MD429' ELSE 'busy' END,
    CASE WHEN NOT a.found THEN 'the conversation'
      ELSE format('the conversation has %s turns waiting; wait for one to end', a.waiting - 1) END,
    NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
  FROM asked a WHERE NOT EXISTS (SELECT FROM made m WHERE m.id = a.turn);
END $$;

-- The ends of turns: their last events, the assistant's messages, their cost. All or nothing for each, and
-- only while it is still its channel's writer. Asked again it answers as the first time. event_items says
-- whose each event is, by its number in the other arrays; a message is null where nothing is kept.
CREATE FUNCTION finish_turns(
  patient boolean,
  tenants uuid[], users uuid[], conversations uuid[], turns uuid[], fences bigint[], statuses text[],
  failure_codes text[], failure_details text[], may_retry boolean[], messages text[], refs text[], rags text[],
  calls text[], ats timestamptz[], event_items integer[], types text[], payloads text[])
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
        may_retry, messages, refs, rags, calls, ats)
      WITH ORDINALITY AS u(tenant, usr, conv, turn, fence, status, code, why, retryable, message, refs, rag,
        calls, at, n)
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
  ), ended AS (
    UPDATE turn t SET status = m.status, fence = m.fence, error_code = m.code, error_detail = m.why,
      retryable = m.retryable, ended_at = m.at, end_offset = m.last_offset
    FROM moved m WHERE t.id = m.turn AND (t.tenant_id, t.user_id) IS NOT DISTINCT FROM (m.tenant, m.usr)
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

GRANT EXECUTE ON FUNCTION
  begin_turns(boolean, uuid, integer, uuid[], uuid[], uuid[], uuid[], uuid[], uuid[], text[], text[], text[],
    text[], integer[], text[], text[], text[], text[], boolean[], timestamptz[]),
  finish_turns(boolean, uuid[], uuid[], uuid[], uuid[], bigint[], text[], text[], text[], boolean[], text[],
    text[], text[], text[], timestamptz[], integer[], text[], text[]) TO ${app};

DROP FUNCTION begin_turn(uuid, uuid, uuid, uuid, uuid, uuid, text, text, text, text, integer, text, jsonb, json, text, uuid, integer, boolean, timestamptz);
DROP FUNCTION finish_turn(uuid, uuid, uuid, uuid, bigint, text, text, text, boolean, text[], text[], jsonb, text, text, jsonb, timestamptz);
