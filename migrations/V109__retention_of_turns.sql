-- What was asked beside the words of a turn (a client's system prompt may be in it), and what was done for it, ends
-- with its messages, also in a conversation that goes on.

DROP FUNCTION retention_due(timestamptz, boolean);
DROP FUNCTION expire_some(timestamptz, boolean, integer);

-- What would go now, by tenant; nothing is changed.
CREATE FUNCTION retention_due(at timestamptz, all_channels boolean)
RETURNS TABLE (tenant_id uuid, messages bigint, turns bigint, actions bigint, conversations bigint, documents bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  WITH cut AS MATERIALIZED (SELECT * FROM retention_cutoffs(at, all_channels)),
  talk AS MATERIALIZED (SELECT c.id, c.tenant_id, c.last_message_at, cut.before, uuid_from_time(cut.before) AS first_kept
    FROM cut JOIN conversation c ON c.tenant_id = cut.tenant_id
    WHERE c.started_at < cut.before AND (cut.whole OR c.channel = 'whatsapp')),
  m AS (SELECT m.tenant_id, count(*) AS n FROM cut JOIN message m ON m.tenant_id = cut.tenant_id
      AND m.id < uuid_from_time(cut.before)
    JOIN conversation c ON c.id = m.conversation_id
    WHERE cut.whole OR c.channel = 'whatsapp' GROUP BY 1),
  t AS (SELECT talk.tenant_id, count(*) AS n FROM talk JOIN turn t ON t.conversation_id = talk.id
    WHERE t.id < talk.first_kept AND t.message_id < talk.first_kept AND t.user_message_id < talk.first_kept
      AND t.status NOT IN ('queued', 'retrieving', 'running') GROUP BY 1),
  a AS (SELECT talk.tenant_id, count(*) AS n FROM talk JOIN action a ON a.conversation_id = talk.id
    WHERE a.id < talk.first_kept GROUP BY 1),
  c AS (SELECT talk.tenant_id, count(*) AS n FROM talk WHERE talk.last_message_at < talk.before GROUP BY 1),
  d AS (SELECT e.tenant_id, count(*) AS n FROM expired_documents(at, 1000000) e GROUP BY 1)
  SELECT cut.tenant_id, coalesce(m.n, 0), coalesce(t.n, 0), coalesce(a.n, 0), coalesce(c.n, 0), coalesce(d.n, 0)
  FROM cut LEFT JOIN m USING (tenant_id) LEFT JOIN t USING (tenant_id) LEFT JOIN a USING (tenant_id)
    LEFT JOIN c USING (tenant_id) LEFT JOIN d USING (tenant_id)
  WHERE coalesce(m.n, t.n, a.n, c.n, d.n) IS NOT NULL ORDER BY 1
$$;

-- Some of what is past, of each tenant: messages, the turns and the actions that were theirs, and conversations of
-- which nothing is left. Gives how many went, nothing at the end.
CREATE FUNCTION expire_some(at timestamptz, all_channels boolean, most integer)
RETURNS TABLE (tenant_id uuid, messages bigint, turns bigint, actions bigint, conversations bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
DECLARE cut record; first_kept uuid; said bigint; asked bigint; deeds bigint; talks bigint;
BEGIN
  FOR cut IN SELECT * FROM retention_cutoffs(at, all_channels) LOOP
    first_kept := uuid_from_time(cut.before);
    WITH past AS (
      SELECT m.id FROM message m JOIN conversation c ON c.id = m.conversation_id
      WHERE m.tenant_id = cut.tenant_id AND m.id < first_kept
        AND (cut.whole OR c.channel = 'whatsapp') ORDER BY m.id LIMIT most
    ), gone AS (
      DELETE FROM message m USING past WHERE m.id = past.id RETURNING m.conversation_id
    ), counted AS (
      UPDATE conversation c SET message_count = greatest(0, c.message_count - n.n)
      FROM (SELECT conversation_id, count(*) AS n FROM gone GROUP BY 1) n WHERE c.id = n.conversation_id RETURNING 1
    ) SELECT count(*) INTO said FROM gone;
    WITH past AS (
      SELECT t.id FROM conversation c JOIN turn t ON t.conversation_id = c.id AND t.id < first_kept
      WHERE c.tenant_id = cut.tenant_id AND c.started_at < cut.before AND (cut.whole OR c.channel = 'whatsapp')
        AND t.message_id < first_kept AND t.user_message_id < first_kept
        AND t.status NOT IN ('queued', 'retrieving', 'running')
        AND NOT EXISTS (SELECT FROM message m WHERE m.id = t.message_id)
        AND NOT EXISTS (SELECT FROM message m WHERE m.id = t.user_message_id)
      LIMIT most
    ), gone AS (
      DELETE FROM turn t USING past WHERE t.id = past.id RETURNING 1
    ) SELECT count(*) INTO asked FROM gone;
    WITH past AS (
      SELECT a.id FROM conversation c JOIN action a ON a.conversation_id = c.id
      WHERE c.tenant_id = cut.tenant_id AND c.started_at < cut.before AND (cut.whole OR c.channel = 'whatsapp')
        AND a.id < first_kept LIMIT most
    ), gone AS (
      DELETE FROM action a USING past WHERE a.id = past.id RETURNING 1
    ) SELECT count(*) INTO deeds FROM gone;
    WITH past AS (
      SELECT c.id FROM conversation c
      WHERE c.tenant_id = cut.tenant_id AND c.last_message_at < cut.before AND (cut.whole OR c.channel = 'whatsapp')
        AND NOT EXISTS (SELECT FROM message m WHERE m.conversation_id = c.id)
        AND NOT EXISTS (SELECT FROM turn t WHERE t.conversation_id = c.id
          AND (t.status IN ('queued', 'retrieving', 'running')
            OR t.id < first_kept AND t.message_id < first_kept AND t.user_message_id < first_kept))
        AND NOT EXISTS (SELECT FROM action a WHERE a.conversation_id = c.id AND a.id < first_kept)
      ORDER BY c.id LIMIT most FOR UPDATE OF c SKIP LOCKED
    ), stream AS (
      DELETE FROM channel h USING past WHERE h.id = past.id RETURNING 1
    ), gone AS (
      DELETE FROM conversation c USING past WHERE c.id = past.id RETURNING 1
    ) SELECT count(*) INTO talks FROM gone;
    IF said + asked + deeds + talks > 0 THEN
      tenant_id := cut.tenant_id; messages := said; turns := asked; actions := deeds; conversations := talks;
      RETURN NEXT;
    END IF;
  END LOOP;
END $$;

-- How many months of the audit and days of the log their own maintenance would drop now; nothing is changed.
CREATE FUNCTION expired_partitions(at timestamptz, audit_seconds bigint, log_seconds bigint)
RETURNS TABLE (audit_months bigint, log_days bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp SET timezone = 'UTC' AS $$
  SELECT
    count(*) FILTER (WHERE CASE WHEN i.inhparent = 'audit'::regclass AND c.relname ~ '^audit_\d{6}$'
      THEN to_timestamp(right(c.relname, 6), 'YYYYMM') + interval '1 month' <= at - make_interval(secs => audit_seconds)
      ELSE false END),
    count(*) FILTER (WHERE CASE WHEN i.inhparent = 'system_log'::regclass AND c.relname ~ '^system_log_\d{8}$'
      THEN to_timestamp(right(c.relname, 8), 'YYYYMMDD') + interval '1 day' <= at - make_interval(secs => log_seconds)
      ELSE false END)
  FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
$$;

GRANT EXECUTE ON FUNCTION retention_due(timestamptz, boolean), expire_some(timestamptz, boolean, integer),
  expired_partitions(timestamptz, bigint, bigint) TO ${system};
