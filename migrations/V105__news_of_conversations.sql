-- What became of conversations is told to their users when a turn has ended, beside the turn and not within
-- its end: many in one statement, so that a turn costs no round trip more, and nobody who ends one waits for
-- a user's channel.

-- A time as the API writes it.
CREATE FUNCTION utc_text(at timestamptz) RETURNS text LANGUAGE sql IMMUTABLE AS $$
  SELECT to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
$$;

-- As the API shows a conversation.
CREATE FUNCTION conversation_shown(conv uuid) RETURNS json LANGUAGE sql STABLE AS $$
  SELECT json_build_object('id', c.id, 'title', c.title, 'channel', c.channel, 'model', c.model,
    'collections', to_json(c.collections), 'message_count', c.message_count,
    'started_at', utc_text(c.started_at), 'last_message_at', utc_text(c.last_message_at),
    'ended_at', utc_text(c.ended_at), 'duration_seconds', greatest(c.duration_seconds, 0),
    'satisfaction_score', c.satisfaction_score,
    'position', json_build_object('epoch', stream_epoch(), 'offset', coalesce(s.last_offset, 0)),
    'running_turn', CASE WHEN t.id IS NOT NULL THEN json_build_object('id', t.id, 'status', t.status,
      'client_message_id', t.client_message_id, 'partial_text', said.partial, 'next_index', said.deltas,
      'references', coalesce(said.refs, '[]'), 'queued', q.waiting - (t.status = 'queued')::integer) END,
    'metadata', c.metadata)
  FROM conversation c LEFT JOIN channel s ON s.id = c.id
  LEFT JOIN LATERAL (SELECT * FROM turn r WHERE r.conversation_id = c.id
    AND r.status IN ('queued', 'retrieving', 'running') ORDER BY r.id LIMIT 1) t ON true
  LEFT JOIN LATERAL (
    SELECT coalesce(string_agg(e.payload->>'text', '' ORDER BY e."offset") FILTER (WHERE e.type = 'turn.delta'), '') AS partial,
      count(*) FILTER (WHERE e.type = 'turn.delta') AS deltas,
      (array_agg(e.payload->'references' ORDER BY e."offset" DESC) FILTER (WHERE e.type = 'turn.context'))[1] AS refs
    FROM event e WHERE t.status <> 'queued' AND e.channel_id = c.id AND e.created_at >= t.created_at
      AND e.payload->>'turn_id' = t.id::text) said ON t.id IS NOT NULL
  LEFT JOIN LATERAL (SELECT count(*) AS waiting FROM turn w
    WHERE w.conversation_id = c.id AND w.status = 'queued') q ON t.id IS NOT NULL
  WHERE c.id = conv
$$;

-- Tells `conversation.updated` of each that is still there on its user's channel. A crash of PostgreSQL may
-- lose it; the epoch changes then, and clients reload.
CREATE FUNCTION tell_conversations(conversations uuid[], at timestamptz)
RETURNS TABLE (user_id uuid, last_offset bigint, epoch text, payload text)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE told record;
BEGIN
  PERFORM set_config('synchronous_commit', 'off', true);
  -- Held first, in one order: what is read after it is newer than all that these users were told.
  PERFORM FROM channel s WHERE s.id IN (SELECT c.user_id FROM conversation c WHERE c.id = ANY (conversations))
    ORDER BY s.id FOR NO KEY UPDATE;
  FOR told IN
    SELECT c.id, c.tenant_id, c.user_id FROM conversation c WHERE c.id = ANY (conversations)
    ORDER BY c.user_id, c.id
  LOOP
    payload := json_build_object('type', 'conversation.updated', 'at', utc_text(at),
      'conversation', conversation_shown(told.id));
    user_id := told.user_id;
    last_offset := append_events(told.user_id, 'user', told.tenant_id, told.user_id,
      ARRAY['conversation.updated'], ARRAY[payload], at);
    epoch := stream_epoch();
    RETURN NEXT;
  END LOOP;
END $$;

GRANT EXECUTE ON FUNCTION tell_conversations(uuid[], timestamptz), conversation_shown(uuid), utc_text(timestamptz)
  TO ${system};
