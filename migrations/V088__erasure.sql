-- Erasing a person or a tenant. The row says who asked for it and, at the end, what went; it holds ids and
-- numbers alone, and therefore outlives what was erased: it is the receipt.
CREATE TABLE erasure (
  id           uuid PRIMARY KEY,
  kind         text NOT NULL CHECK (kind IN ('user', 'tenant')),
  tenant_id    uuid NOT NULL,
  subject_id   uuid NOT NULL UNIQUE,
  requested_by uuid,
  status       text NOT NULL DEFAULT 'running' CHECK (status IN ('running', 'done')),
  erased       jsonb NOT NULL DEFAULT '{}',
  unnamed      jsonb NOT NULL DEFAULT '{}',
  files        bigint NOT NULL DEFAULT 0,
  requested_at timestamptz NOT NULL,
  ended_at     timestamptz,
  CHECK (kind = 'user' OR subject_id = tenant_id),
  CHECK ((status = 'done') = (ended_at IS NOT NULL))
);
CREATE INDEX erasure_tenant ON erasure (tenant_id, id DESC);
CREATE INDEX erasure_running ON erasure (id) WHERE status = 'running';

ALTER TABLE erasure ENABLE ROW LEVEL SECURITY;
CREATE POLICY app ON erasure TO ${app}
  USING (tenant_id = (SELECT app_tenant()) AND (SELECT app_role()) = 'admin' OR (SELECT app_role()) = 'superuser');
CREATE POLICY system ON erasure TO ${system} USING (true);
GRANT SELECT, INSERT ON erasure TO ${app};
GRANT SELECT, UPDATE (files, unnamed) ON erasure TO ${system};

-- Nothing new begins in a tenant that is being erased. All else hangs on a user or a collection.
CREATE POLICY alive ON app_user AS RESTRICTIVE FOR INSERT TO ${app}
  WITH CHECK (EXISTS (SELECT FROM tenant t WHERE t.id = tenant_id AND t.deleted_at IS NULL));
CREATE POLICY alive ON collection AS RESTRICTIVE FOR INSERT TO ${app}
  WITH CHECK (tenant_id IS NULL OR EXISTS (SELECT FROM tenant t WHERE t.id = tenant_id AND t.deleted_at IS NULL));

-- The erasure, when it is under way and its subject was deleted: what these functions may touch.
CREATE FUNCTION erasure_under_way(the_erasure uuid) RETURNS erasure
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE e erasure;
BEGIN
  SELECT * INTO e FROM erasure WHERE id = the_erasure AND status = 'running' FOR NO KEY UPDATE;
  IF e.id IS NULL
    OR e.kind = 'user' AND EXISTS (SELECT FROM app_user WHERE id = e.subject_id AND deleted_at IS NULL)
    OR e.kind = 'tenant' AND EXISTS (SELECT FROM tenant WHERE id = e.subject_id AND deleted_at IS NULL) THEN
    RAISE EXCEPTION 'there is nothing to erase' USING ERRCODE = 'MD409';
  END IF;
  RETURN e;
END $$;

-- Deletes some rows of the subject from one table, and counts them in the receipt; gives how many, 0 when
-- none is left. Looks for them by what they hang on, which is indexed; or, thoroughly, by their own columns.
CREATE FUNCTION erase_rows(the_erasure uuid, the_table text, most integer, thoroughly boolean) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE e erasure; usr uuid; parent regclass; leaf regclass; gone bigint := 0; n bigint; theirs text; places tid[];
BEGIN
  e := erasure_under_way(the_erasure);
  usr := CASE WHEN e.kind = 'user' THEN e.subject_id END;
  SELECT c.oid INTO parent FROM pg_class c
    WHERE c.relname = the_table AND c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
      AND NOT c.relispartition AND c.relname NOT IN ('usage', 'erasure')
      AND EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'tenant_id');
  IF parent IS NULL THEN
    RAISE EXCEPTION '% holds nothing that is erased', the_table;
  END IF;
  theirs := CASE
    WHEN the_table = 'app_user' THEN 'tenant_id = $1 AND ($2 IS NULL OR id = $2)'
    WHEN thoroughly THEN 'tenant_id = $1 AND ($2 IS NULL OR user_id = $2)'
    WHEN the_table IN ('document', 'chunk', 'embedding') THEN
      'collection_id IN (SELECT c.id FROM collection c WHERE c.tenant_id = $1 AND ($2 IS NULL OR c.user_id = $2))'
    WHEN the_table = 'kept_embedding' THEN
      'document_id IN (SELECT d.id FROM collection c JOIN document d ON d.collection_id = c.id'
      ' WHERE c.tenant_id = $1 AND ($2 IS NULL OR c.user_id = $2))'
    WHEN the_table = 'turn' THEN
      'conversation_id IN (SELECT c.id FROM conversation c WHERE c.tenant_id = $1 AND ($2 IS NULL OR c.user_id = $2))'
    WHEN the_table = 'event' THEN
      'channel_id IN (SELECT c.id FROM channel c WHERE c.tenant_id = $1 AND ($2 IS NULL OR c.user_id = $2))'
    ELSE 'tenant_id = $1 AND ($2 IS NULL OR user_id = $2)'
  END;
  FOR leaf IN SELECT parent WHERE (SELECT relkind FROM pg_class WHERE oid = parent) = 'r'
              UNION ALL SELECT relid FROM pg_partition_tree(parent) WHERE isleaf AND relid <> parent LOOP
    -- Held first, and deleted by the next statement: one that somebody changed meanwhile has another place then.
    EXECUTE format('SELECT array_agg(h.place) FROM (SELECT ctid AS place FROM %s WHERE ', leaf)
        || replace(theirs, '$2', '$2::uuid') || ' LIMIT $3 FOR UPDATE) h'
      INTO places USING e.tenant_id, usr, most - gone;
    EXECUTE format('DELETE FROM %s WHERE ctid = ANY ($1)', leaf) USING places;
    GET DIAGNOSTICS n = ROW_COUNT;
    gone := gone + n;
    EXIT WHEN gone >= most;
  END LOOP;
  IF gone > 0 THEN
    UPDATE erasure SET erased = jsonb_set(erased, ARRAY[the_table],
      to_jsonb(coalesce((erased->>the_table)::bigint, 0) + gone)) WHERE id = the_erasure;
  END IF;
  RETURN gone;
END $$;

-- Rows that stay, since they are the tenant's or the installation's, lose the person: the ledger of usage,
-- whose sums stay right, and who made or asked for something (a column …_by). Gives how many, 0 at the end.
CREATE FUNCTION erase_names(the_erasure uuid, the_table text, the_column text, most integer) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE e erasure; usr uuid; n bigint; target regclass := format('public.%I', the_table)::regclass;
  entry text := the_table || '.' || the_column;
BEGIN
  e := erasure_under_way(the_erasure);
  usr := CASE WHEN e.kind = 'user' THEN e.subject_id END;
  IF the_table = 'usage' AND the_column = 'user_id' THEN
    UPDATE usage SET user_id = NULL, conversation_id = NULL, turn_id = NULL
      WHERE id = ANY (ARRAY(SELECT id FROM usage
        WHERE tenant_id = e.tenant_id AND (user_id = usr OR usr IS NULL AND user_id IS NOT NULL) LIMIT most));
  ELSIF the_column LIKE '%\_by' THEN
    EXECUTE format('UPDATE %1$s SET %2$I = NULL WHERE id = ANY (ARRAY(SELECT id FROM %1$s'
        ' WHERE %2$I = $2 OR $2::uuid IS NULL AND %2$I IN (SELECT u.id FROM app_user u WHERE u.tenant_id = $1)'
        ' LIMIT $3))', target, the_column) USING e.tenant_id, usr, most;
  ELSE
    RAISE EXCEPTION '% names nobody', entry;
  END IF;
  GET DIAGNOSTICS n = ROW_COUNT;
  IF n > 0 THEN
    UPDATE erasure SET unnamed = jsonb_set(unnamed, ARRAY[entry],
      to_jsonb(coalesce((unnamed->>entry)::bigint, 0) + n)) WHERE id = the_erasure;
  END IF;
  RETURN n;
END $$;

-- The last step. Of a tenant a row without a name stays, since the ledger of usage hangs on it.
CREATE FUNCTION end_erasure(the_erasure uuid, at timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE e erasure;
BEGIN
  e := erasure_under_way(the_erasure);
  IF e.kind = 'tenant' THEN
    UPDATE tenant SET name = 'erased', status = 'suspended', token_quota = 0, quota_resets_at = NULL,
      settings = '{}', updated_at = at WHERE id = e.subject_id;
  END IF;
  UPDATE erasure SET status = 'done', ended_at = at WHERE id = the_erasure;
END $$;

-- Whoever was deleted in another way is erased too, for instance a guest whose words were claimed. Gives how many.
CREATE FUNCTION begin_erasures(at timestamptz) RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
  WITH begun AS (
    INSERT INTO erasure (id, kind, tenant_id, subject_id, requested_at)
      SELECT overlay(gen_random_uuid()::text PLACING
          left(uuid_from_time(at)::text, 13) || '-7' FROM 1 FOR 15)::uuid,
        'user', u.tenant_id, u.id, at
      FROM app_user u WHERE u.deleted_at IS NOT NULL
    ON CONFLICT (subject_id) DO NOTHING RETURNING 1)
  SELECT count(*) FROM begun
$$;

GRANT EXECUTE ON FUNCTION erase_rows(uuid, text, integer, boolean), erase_names(uuid, text, text, integer),
  end_erasure(uuid, timestamptz), begin_erasures(timestamptz) TO ${system};
