-- A stop is kept: whoever runs a turn finds in its row that its user stopped it, also when the fact on
-- the bus was lost, came before the turn ran, or the node died over it.

-- spoken_chars: how much of the answer was heard, in UTF-16 units; null: all that was said is kept.
ALTER TABLE turn
  ADD COLUMN cancel_wanted_at timestamptz,
  ADD COLUMN spoken_chars integer CHECK (spoken_chars >= 0);
-- Nearly empty at any time: each node looks into it several times a second while turns run there.
CREATE INDEX turn_stop ON turn (node_id)
  WHERE cancel_wanted_at IS NOT NULL AND status IN ('queued', 'retrieving', 'running');

-- Stops a turn: one that waits is cancelled here and now; of one that runs the wish is kept, and its node
-- ends it. The first wish counts. `cancelled` is false, too, for a turn that has ended.
DROP FUNCTION cancel_queued_turn(uuid, uuid, uuid, text, timestamptz);
CREATE FUNCTION cancel_turn(tenant uuid, usr uuid, the_turn uuid, heard integer, payload text, at timestamptz,
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
  ELSIF t.status IN ('retrieving', 'running') AND t.cancel_wanted_at IS NULL THEN
    UPDATE turn SET cancel_wanted_at = at, spoken_chars = heard WHERE id = the_turn;
  END IF;
END $$;

-- The beginning of a text that has at most so many UTF-16 units, which is how clients count.
CREATE FUNCTION text_heard(said text, units integer) RETURNS text LANGUAGE sql IMMUTABLE AS $$
  SELECT coalesce(string_agg(c.letter, '' ORDER BY c.n), '')
  FROM (SELECT letter, n, sum(CASE WHEN ascii(letter) > 65535 THEN 2 ELSE 1 END) OVER (ORDER BY n) AS upto
        FROM regexp_split_to_table(said, '') WITH ORDINALITY AS s(letter, n)) c
  WHERE c.upto <= units
$$;

-- As before; but a turn that its user had stopped ends as cancelled, with what was heard of it.
DROP FUNCTION reap_turns(uuid, uuid[], integer);
CREATE FUNCTION reap_turns(the_node uuid, lost uuid[], most integer)
RETURNS TABLE (channel_id uuid, user_id uuid, last_offset bigint, epoch text, type text, payload text,
  conversation_tenant uuid, more boolean)
LANGUAGE plpgsql AS $$
DECLARE t record; said text; body jsonb; at timestamptz; new_offset bigint; stopped boolean;
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
    IF said <> '' THEN
      INSERT INTO message (id, tenant_id, user_id, conversation_id, turn_id, role, content, interrupted, created_at)
        VALUES (t.message_id, t.tenant_id, t.user_id, t.conversation_id, t.id, 'assistant', said, true, at)
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
        'content', said, 'references', '[]'::json, 'interrupted', true, 'created_at', at) END);
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

GRANT EXECUTE ON FUNCTION cancel_turn(uuid, uuid, uuid, integer, text, timestamptz) TO ${app};
GRANT EXECUTE ON FUNCTION reap_turns(uuid, uuid[], integer), text_heard(text, integer) TO ${system};
