-- Searches as they were, for a quarter of an hour, so that any node can tell how one came to its hits. Unlogged:
-- they cost little, are in no backup, and a crash takes them.
CREATE UNLOGGED TABLE search_trace (
  id        uuid PRIMARY KEY,
  tenant_id uuid NOT NULL,
  user_id   uuid NOT NULL,
  at        timestamptz NOT NULL,
  search    text NOT NULL,
  FOREIGN KEY (tenant_id, user_id) REFERENCES app_user (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX search_trace_at ON search_trace (at);
CREATE INDEX search_trace_user ON search_trace (tenant_id, user_id);
ALTER TABLE search_trace ENABLE ROW LEVEL SECURITY;
CREATE POLICY app_read ON search_trace FOR SELECT TO ${app} USING ((SELECT app_role()) = 'superuser');
-- The system login writes them all, and sees what is to be removed.
CREATE POLICY system_write ON search_trace FOR INSERT TO ${system} WITH CHECK (true);
CREATE POLICY system_read ON search_trace FOR SELECT TO ${system} USING (at < now() - interval '15 minutes');
CREATE POLICY system_forget ON search_trace FOR DELETE TO ${system} USING (at < now() - interval '15 minutes');
GRANT SELECT ON search_trace TO ${app};
GRANT SELECT, INSERT, DELETE ON search_trace TO ${system};

-- A volatile function looks at the database anew in each of its statements: a document that was replaced between
-- two of them was found neither in its old form nor in its new one. A stable one sees one moment.
ALTER FUNCTION search_chunks(uuid, uuid, text, text, real[], text, text, text, uuid[], text, text, jsonb, integer,
  double precision, double precision, double precision, integer, jsonpath, jsonb) STABLE;

-- As in V052, but stable.
CREATE OR REPLACE FUNCTION make_nearest(model smallint, dimensions integer) RETURNS void
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE part text := 'embedding_m' || model;
BEGIN
  -- Along the index. Sorting and every other scan are priced out, so that the plan is always this one.
  EXECUTE format($f$
    CREATE FUNCTION %1$I(q halfvec, visible uuid[], filtered boolean, lang text, src text, meta jsonb, n integer, path jsonpath, vars jsonb)
    RETURNS TABLE (chunk_id uuid, distance double precision) LANGUAGE plpgsql STABLE
    SET search_path = public, pg_temp SET jit = off SET enable_sort = off SET enable_seqscan = off
    SET enable_bitmapscan = off SET enable_hashjoin = off SET enable_mergejoin = off
    AS $body$
    #variable_conflict use_column
    BEGIN
      -- Not in SET clauses: a restore could not make the function before the extension is loaded.
      PERFORM set_config('hnsw.iterative_scan', 'relaxed_order', true),
        set_config('hnsw.ef_search', greatest(100, least(1000, 2 * n))::text, true),
        set_config('hnsw.max_scan_tuples', '20000', true);
      IF filtered THEN
        RETURN QUERY SELECT v.chunk_id, (v.e::halfvec(%3$s) <=> q)::double precision
          FROM %2$I v JOIN chunk c ON c.id = v.chunk_id JOIN document d ON d.id = c.document_id
          WHERE v.collection_id = ANY (visible) AND (lang IS NULL OR c.language = lang)
            AND (src IS NULL OR d.source = src) AND (meta IS NULL OR d.metadata @> meta)
            AND (path IS NULL OR filter_holds(path, vars, c.language, d))
          ORDER BY v.e::halfvec(%3$s) <=> q LIMIT n;
      ELSE
        RETURN QUERY SELECT v.chunk_id, (v.e::halfvec(%3$s) <=> q)::double precision
          FROM %2$I v WHERE v.collection_id = ANY (visible)
          ORDER BY v.e::halfvec(%3$s) <=> q LIMIT n;
      END IF;
    END $body$ $f$, 'nearest_m' || model, part, dimensions);
  -- Exactly: the sum keeps the index out.
  EXECUTE format($f$
    CREATE FUNCTION %1$I(q halfvec, visible uuid[], filtered boolean, lang text, src text, meta jsonb, n integer, path jsonpath, vars jsonb)
    RETURNS TABLE (chunk_id uuid, distance double precision) LANGUAGE plpgsql STABLE
    SET search_path = public, pg_temp SET jit = off
    AS $body$
    #variable_conflict use_column
    BEGIN
      IF filtered THEN
        RETURN QUERY SELECT v.chunk_id, (v.e::halfvec(%3$s) <=> q) + 0.0
          FROM %2$I v JOIN chunk c ON c.id = v.chunk_id JOIN document d ON d.id = c.document_id
          WHERE v.collection_id = ANY (visible) AND (lang IS NULL OR c.language = lang)
            AND (src IS NULL OR d.source = src) AND (meta IS NULL OR d.metadata @> meta)
            AND (path IS NULL OR filter_holds(path, vars, c.language, d))
          ORDER BY 2 LIMIT n;
      ELSE
        RETURN QUERY SELECT v.chunk_id, (v.e::halfvec(%3$s) <=> q) + 0.0
          FROM %2$I v WHERE v.collection_id = ANY (visible)
          ORDER BY 2 LIMIT n;
      END IF;
    END $body$ $f$, 'nearest_exact_m' || model, part, dimensions);
END $$;

DO $$
DECLARE m embedding_model;
BEGIN
  FOR m IN SELECT * FROM embedding_model LOOP
    EXECUTE format('ALTER FUNCTION nearest_m%s(halfvec, uuid[], boolean, text, text, jsonb, integer, jsonpath, jsonb) STABLE', m.id);
  END LOOP;
END $$;
