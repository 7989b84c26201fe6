-- What a node remembers of a conversation's last messages is used only when this says that nothing was said or
-- changed since: message_count goes up with every message, history_changes with every other change of what a
-- model would be told; the epoch goes with them, since a restore sets both back. They stand in the row that
-- begin_turns locks and writes in any case: asking is free, and a copy that is late is never used.
ALTER TABLE conversation ADD COLUMN history_changes bigint NOT NULL DEFAULT 0;

-- With the owner's rights, and by triggers, so that it holds however a message was changed.
CREATE FUNCTION note_history_change() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  CASE TG_ARGV[0]
    WHEN 'changed' THEN
      UPDATE conversation c SET history_changes = c.history_changes + 1 WHERE c.id = OLD.conversation_id;
    WHEN 'gone' THEN
      UPDATE conversation c SET history_changes = c.history_changes + 1
        WHERE c.id IN (SELECT g.conversation_id FROM gone g);
    WHEN 'fewer' THEN
      UPDATE conversation c SET history_changes = c.history_changes + 1 WHERE c.id = OLD.id;
  END CASE;
  RETURN NULL;
END $$;

-- Not of the columns that no model is told: whoever rates an answer waits for nobody.
CREATE TRIGGER history AFTER UPDATE OF role, content, metadata, tenant_id, user_id, conversation_id ON message
  FOR EACH ROW EXECUTE FUNCTION note_history_change('changed');
CREATE TRIGGER history_gone AFTER DELETE ON message REFERENCING OLD TABLE AS gone
  FOR EACH STATEMENT EXECUTE FUNCTION note_history_change('gone');
-- Also when a whole month of messages is dropped; and the same number is never that of two histories.
CREATE TRIGGER history AFTER UPDATE OF message_count ON conversation
  FOR EACH ROW WHEN (NEW.message_count < OLD.message_count) EXECUTE FUNCTION note_history_change('fewer');

-- The last messages of one user's conversation that nothing has replaced, for functions with the owner's rights.
CREATE FUNCTION recent_messages(tenant uuid, usr uuid, conv uuid) RETURNS text
LANGUAGE plpgsql STABLE SET enable_sort = off AS $$
DECLARE
  ids uuid[]; roles text[]; texts text[]; more_ids uuid[]; more_roles text[]; more_texts text[];
  recent uuid := uuid_from_time(date_trunc('month', now()) - interval '1 month');
BEGIN
  SELECT array_agg(h.id), array_agg(h.role), array_agg(h.said) INTO ids, roles, texts
    FROM (SELECT m.id, m.role, left(m.content, 6000) AS said FROM message m
          WHERE m.conversation_id >= conv AND m.conversation_id <= conv AND m.id >= recent
            AND m.tenant_id = tenant AND m.user_id = usr AND m.metadata->'superseded_by' IS NULL
          ORDER BY m.conversation_id DESC, m.id DESC LIMIT 20) h;
  IF conv < recent AND coalesce(cardinality(roles), 0) < 20 THEN
    SELECT array_agg(h.id), array_agg(h.role), array_agg(h.said) INTO more_ids, more_roles, more_texts
      FROM (SELECT m.id, m.role, left(m.content, 6000) AS said FROM message m
            WHERE m.conversation_id >= conv AND m.conversation_id <= conv AND m.id < recent
              AND m.tenant_id = tenant AND m.user_id = usr AND m.metadata->'superseded_by' IS NULL
            ORDER BY m.conversation_id DESC, m.id DESC LIMIT 20 - coalesce(cardinality(roles), 0)) h;
    ids := ids || more_ids; roles := roles || more_roles; texts := texts || more_texts;
  END IF;
  RETURN (SELECT coalesce(json_agg(json_build_object('id', ids[n], 'role', roles[n], 'content', texts[n])), '[]')
          FROM generate_series(coalesce(cardinality(roles), 0), 1, -1) AS n);
END $$;

-- As before, and for each turn what is remembered: of which epoch, with how many messages, after how many changes.
-- The messages are read only where that is not how the conversation stands, and the turn begins to run.
CREATE FUNCTION begin_turns(
  patient boolean, the_node uuid, most_queued integer,
  tenants uuid[], users uuid[], conversations uuid[], new_turns uuid[], user_messages uuid[],
  assistant_messages uuid[], client_ids text[], msg_types text[], contents text[], sources text[],
  audio_ms integer[], audio_models text[], metadatas text[], requests text[], started_payloads text[],
  retrieve boolean[], ats timestamptz[],
  known_epochs text[], known_messages integer[], known_changes bigint[])
RETURNS TABLE (item integer, refusal text, detail text, existing boolean, turn_id uuid, turn_status text,
  message_id uuid, conversation_id uuid, fence bigint, last_offset bigint, epoch text,
  conversation_model text, collections uuid[], history text, first_turn boolean,
  messages_before integer, history_changes bigint, is_known boolean)
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
        started_payloads, retrieve, ats, known_epochs, known_messages, known_changes)
      WITH ORDINALITY AS u(tenant, usr, conv, turn, said, answer, client_id, type, content, source, ms,
        ear, metadata, request, payload, retrieves, at, known_epoch, known_messages, known_changes, n)
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
    RETURNING f.*, c.model, c.collections, c.message_count = 1 AS is_first,
      c.message_count - 1 AS messages_before, c.history_changes,
      (f.known_epoch, f.known_messages, f.known_changes)
        IS NOT DISTINCT FROM (the_epoch, c.message_count - 1, c.history_changes) AS is_known
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
    CASE WHEN b.is_first THEN '[]' WHEN b.is_known OR b.status = 'queued' THEN NULL
      ELSE recent_messages(b.tenant, b.usr, b.conv) END,
    b.is_first, b.messages_before, b.history_changes, b.is_known
  FROM moved b
  UNION ALL
  SELECT k.n::integer, NULL, NULL, true, k.id, k.status, k.user_message_id, k.conversation_id, k.fence,
    k.last_offset, the_epoch, NULL, NULL, NULL, NULL, NULL, NULL, NULL
  FROM known k
  UNION ALL
  SELECT a.n::integer,
    CASE WHEN NOT a.found THEN 'MD404' WHEN a.first_of_its AND a.waiting > most_queued THEN 'MD429' ELSE 'busy' END,
    CASE WHEN NOT a.found THEN 'the conversation'
      ELSE format('the conversation has %s turns waiting; wait for one to end', a.waiting - 1) END,
    NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
  FROM asked a WHERE NOT EXISTS (SELECT FROM made m WHERE m.id = a.turn);
END $$;

DROP FUNCTION begin_turns(boolean, uuid, integer, uuid[], uuid[], uuid[], uuid[], uuid[], uuid[], text[], text[],
  text[], text[], integer[], text[], text[], text[], text[], boolean[], timestamptz[]);
DROP FUNCTION user_history(uuid, uuid, uuid, uuid);
GRANT EXECUTE ON FUNCTION
  begin_turns(boolean, uuid, integer, uuid[], uuid[], uuid[], uuid[], uuid[], uuid[], text[], text[], text[],
    text[], integer[], text[], text[], text[], text[], boolean[], timestamptz[], text[], integer[],
    bigint[]) TO ${app};
