-- An answer whose node died is told as every other: all members of a message, with the passages of its
-- context that its text cites. As before, in all else.
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
