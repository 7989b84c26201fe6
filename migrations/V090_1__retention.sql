-- How long what was said is kept: as many days as the tenant says, else by its plan. Conversations of WhatsApp
-- always; others where the tenant has said a number of days, or the installation wants it so.
CREATE FUNCTION retention_cutoffs(at timestamptz, all_channels boolean)
RETURNS TABLE (tenant_id uuid, before timestamptz, whole boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT t.id, at - make_interval(days => coalesce((t.settings #>> '{privacy,retention_days}')::integer,
      CASE t.plan WHEN 'starter' THEN 30 WHEN 'pro' THEN 180 WHEN 'scale' THEN 365 ELSE 730 END)),
    all_channels OR t.settings #>> '{privacy,retention_days}' IS NOT NULL
  FROM tenant t WHERE t.deleted_at IS NULL
$$;

-- Documents whose own period (metadata.retention, ISO 8601) is over. What is no period keeps a document for ever.
CREATE FUNCTION expired_documents(at timestamptz, most integer)
RETURNS TABLE (id uuid, tenant_id uuid, user_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT d.id, d.tenant_id, d.user_id FROM document d
  WHERE d.metadata ? 'retention' AND d.created_at < at - CASE
    WHEN d.metadata->>'retention' ~ '^P(?=.)(\d{1,4}Y)?(\d{1,4}M)?(\d{1,4}W)?(\d{1,5}D)?(T(?=.)(\d{1,5}H)?(\d{1,5}M)?)?$'
    THEN (d.metadata->>'retention')::interval END
  ORDER BY d.id LIMIT most
$$;

-- What would go now, by tenant; nothing is changed.
CREATE FUNCTION retention_due(at timestamptz, all_channels boolean)
RETURNS TABLE (tenant_id uuid, messages bigint, conversations bigint, documents bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  WITH cut AS MATERIALIZED (SELECT * FROM retention_cutoffs(at, all_channels)),
  m AS (SELECT m.tenant_id, count(*) AS n FROM cut JOIN message m ON m.tenant_id = cut.tenant_id
      AND m.id < uuid_from_time(cut.before)
    JOIN conversation c ON c.id = m.conversation_id
    WHERE cut.whole OR c.channel = 'whatsapp' GROUP BY 1),
  c AS (SELECT c.tenant_id, count(*) AS n FROM cut JOIN conversation c ON c.tenant_id = cut.tenant_id
    WHERE c.last_message_at < cut.before AND (cut.whole OR c.channel = 'whatsapp') GROUP BY 1),
  d AS (SELECT e.tenant_id, count(*) AS n FROM expired_documents(at, 1000000) e GROUP BY 1)
  SELECT cut.tenant_id, coalesce(m.n, 0), coalesce(c.n, 0), coalesce(d.n, 0)
  FROM cut LEFT JOIN m USING (tenant_id) LEFT JOIN c USING (tenant_id) LEFT JOIN d USING (tenant_id)
  WHERE coalesce(m.n, c.n, d.n) IS NOT NULL ORDER BY 1
$$;

-- Drops the months of messages in which every row is past for its tenant; gives how many rows went, by tenant.
CREATE FUNCTION drop_expired_months(at timestamptz, all_channels boolean)
RETURNS TABLE (tenant_id uuid, messages bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET timezone = 'UTC' SET lock_timeout = '2s' AS $$
#variable_conflict use_column
DECLARE part record; past boolean;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('mordomo.maintain_partitions'));
  FOR part IN SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
              WHERE i.inhparent = 'message'::regclass AND c.relname ~ '^message_\d{6}$' ORDER BY 1 LOOP
    CONTINUE WHEN to_timestamp(right(part.relname, 6), 'YYYYMM') + interval '1 month' > at - interval '1 month';
    EXECUTE format('SELECT NOT EXISTS (SELECT FROM %I m LEFT JOIN conversation c ON c.id = m.conversation_id
      LEFT JOIN retention_cutoffs($1, $2) k ON k.tenant_id = m.tenant_id
        AND m.id < uuid_from_time(k.before) AND (k.whole OR c.channel = ''whatsapp'')
      WHERE k.tenant_id IS NULL)', part.relname) INTO past USING at, all_channels;
    CONTINUE WHEN NOT past;
    BEGIN
      RETURN QUERY EXECUTE format('WITH n AS (
          SELECT tenant_id, conversation_id, count(*) AS n FROM %I GROUP BY 1, 2
        ), counted AS (
          UPDATE conversation c SET message_count = greatest(0, c.message_count - n.n) FROM n
          WHERE c.id = n.conversation_id RETURNING 1
        ) SELECT tenant_id, sum(n)::bigint FROM n GROUP BY 1', part.relname);
      EXECUTE format('DROP TABLE %I', part.relname);
    EXCEPTION WHEN lock_not_available THEN
      -- Somebody reads it for long: the batches take its rows, or the next day the month.
      RAISE LOG 'the month % of messages is in use; it stays for now', part.relname;
    END;
  END LOOP;
END $$;

-- Some of the messages and conversations that are past, of each tenant; gives how many went, nothing at the end.
CREATE FUNCTION expire_some(at timestamptz, all_channels boolean, most integer)
RETURNS TABLE (tenant_id uuid, messages bigint, conversations bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
DECLARE cut record; said bigint; talks bigint;
BEGIN
  FOR cut IN SELECT * FROM retention_cutoffs(at, all_channels) LOOP
    WITH past AS (
      SELECT m.id FROM message m JOIN conversation c ON c.id = m.conversation_id
      WHERE m.tenant_id = cut.tenant_id AND m.id < uuid_from_time(cut.before)
        AND (cut.whole OR c.channel = 'whatsapp') ORDER BY m.id LIMIT most
    ), gone AS (
      DELETE FROM message m USING past WHERE m.id = past.id RETURNING m.conversation_id
    ), counted AS (
      UPDATE conversation c SET message_count = greatest(0, c.message_count - n.n)
      FROM (SELECT conversation_id, count(*) AS n FROM gone GROUP BY 1) n WHERE c.id = n.conversation_id RETURNING 1
    ) SELECT count(*) INTO said FROM gone;
    WITH past AS (
      SELECT c.id FROM conversation c
      WHERE c.tenant_id = cut.tenant_id AND c.last_message_at < cut.before AND (cut.whole OR c.channel = 'whatsapp')
        AND NOT EXISTS (SELECT FROM message m WHERE m.conversation_id = c.id)
        AND NOT EXISTS (SELECT FROM turn t WHERE t.conversation_id = c.id AND t.status IN ('queued', 'retrieving', 'running'))
      ORDER BY c.id LIMIT most FOR UPDATE OF c SKIP LOCKED
    ), stream AS (
      DELETE FROM channel h USING past WHERE h.id = past.id RETURNING 1
    ), gone AS (
      DELETE FROM conversation c USING past WHERE c.id = past.id RETURNING 1
    ) SELECT count(*) INTO talks FROM gone;
    IF said + talks > 0 THEN
      tenant_id := cut.tenant_id; messages := said; conversations := talks;
      RETURN NEXT;
    END IF;
  END LOOP;
END $$;

GRANT EXECUTE ON FUNCTION retention_due(timestamptz, boolean), drop_expired_months(timestamptz, boolean),
  expire_some(timestamptz, boolean, integer), expired_documents(timestamptz, integer) TO ${system};
