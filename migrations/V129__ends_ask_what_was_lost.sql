-- A turn whose words were all flushed when PostgreSQL crashed asked nobody what of them was lost.
DROP FUNCTION finish_turns(boolean, uuid[], uuid[], uuid[], uuid[], bigint[], text[], text[], text[], boolean[], text[],
  text[], text[], text[], timestamptz[], integer[], text[], text[], text[]);
-- The ends of turns: their last events, the assistant's messages, their cost. All or nothing for each, and
-- only while it is still its channel's writer, and the channel has all of the turn's events that were flushed: else
-- nothing is done, and there says how many it has. Asked again it answers as the first time. event_items says
-- whose each event is, by its number in the other arrays; a message is null where nothing is kept. documents: which
-- of them were in each turn's context, as the text of an array.
CREATE FUNCTION finish_turns(
  patient boolean,
  tenants uuid[], users uuid[], conversations uuid[], turns uuid[], fences bigint[], statuses text[],
  failure_codes text[], failure_details text[], may_retry boolean[], messages text[], refs text[], rags text[],
  calls text[], ats timestamptz[], event_items integer[], types text[], payloads text[], documents text[],
  flushed bigint[])
RETURNS TABLE (item integer, refusal text, detail text, last_offset bigint, epoch text, more boolean, there bigint)
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
        may_retry, messages, refs, rags, calls, ats, documents, flushed)
      WITH ORDINALITY AS u(tenant, usr, conv, turn, fence, status, code, why, retryable, message, refs, rag,
        calls, at, documents, flushed, n)
  ), moved AS (
    UPDATE channel s SET last_offset = s.last_offset + i.events, writer = NULL
    FROM item i
    WHERE i.first_of_its AND s.id = i.conv AND (s.tenant_id, s.user_id) IS NOT DISTINCT FROM (i.tenant, i.usr)
      AND s.writer = i.turn AND s.fence = i.fence
      AND i.flushed <= CASE WHEN s.flushed_fence = i.fence THEN s.flushed_count ELSE 0 END
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
      AND (q.tenant_id, q.user_id) IS NOT DISTINCT FROM (m.tenant, m.usr) AND q.status = 'queued'),
    NULL::bigint
  FROM moved m
  UNION ALL
  -- Ended by this very call, whose answer was lost with its connection; or a crash has taken what it had said; or
  -- taken by another node.
  SELECT i.n::integer,
    CASE WHEN t.end_offset IS NOT NULL THEN NULL WHEN c.id IS NOT NULL AND NOT i.first_of_its THEN 'busy'
      WHEN s.id IS NOT NULL THEN NULL ELSE 'MD409' END,
    'the turn was taken over by another node', t.end_offset, the_epoch,
    EXISTS (SELECT FROM turn q WHERE q.conversation_id = i.conv
      AND (q.tenant_id, q.user_id) IS NOT DISTINCT FROM (i.tenant, i.usr) AND q.status = 'queued'),
    CASE WHEN s.flushed_fence = i.fence THEN s.flushed_count WHEN s.id IS NOT NULL THEN 0 END
  FROM item i
  LEFT JOIN turn t ON t.id = i.turn AND (t.tenant_id, t.user_id) IS NOT DISTINCT FROM (i.tenant, i.usr)
    AND t.conversation_id = i.conv AND t.fence = i.fence AND t.status = i.status
  LEFT JOIN conversation c ON c.id = i.conv AND (c.tenant_id, c.user_id) IS NOT DISTINCT FROM (i.tenant, i.usr)
  LEFT JOIN channel s ON s.id = i.conv AND (s.tenant_id, s.user_id) IS NOT DISTINCT FROM (i.tenant, i.usr)
    AND s.writer = i.turn AND s.fence = i.fence AND i.first_of_its
  WHERE NOT EXISTS (SELECT FROM moved m WHERE m.n = i.n);
END $$;

GRANT EXECUTE ON FUNCTION finish_turns(boolean, uuid[], uuid[], uuid[], uuid[], bigint[], text[], text[], text[],
  boolean[], text[], text[], text[], text[], timestamptz[], integer[], text[], text[], text[], bigint[]) TO ${app};
