-- What arrives in bulk is not put into the vector index row by row, which takes four times as long as building it.
--
-- Each vector has a segment. The index covers those up to indexed_segment; what is above is searched exactly, along
-- a small index of its own. Whatever comes by itself has segment 0, which the index always covers; what comes in
-- bulk has the model's open_segment. Now and then a new index is built beside the old one that covers the arrived
-- ones too, or, when they are few, they are given segment 0. See docs/decisions/0024.
ALTER TABLE embedding_model
  ADD COLUMN indexed_segment integer NOT NULL DEFAULT 0,
  ADD COLUMN open_segment integer NOT NULL DEFAULT 1,
  ADD CHECK (open_segment > indexed_segment);
ALTER TABLE embedding ADD COLUMN segment integer NOT NULL DEFAULT 0;

-- A model's two ways to the nearest, as in V091; the first looks at what has arrived besides.
DROP FUNCTION make_nearest(smallint, integer);
CREATE FUNCTION make_nearest(model smallint, dimensions integer, covered integer) RETURNS void
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
  part text := 'embedding_m' || model;
  -- Along the index, and exactly what it does not cover, unless it is found that the index could not fill the
  -- page: then all of it is searched exactly.
  indexed text := $f$
    WITH indexed AS MATERIALIZED (
      SELECT v.chunk_id AS id, (v.e::halfvec(%2$s) <=> q)::double precision AS distance FROM %1$I v %4$s
      WHERE v.segment <= %3$s AND v.collection_id = ANY (visible) %5$s
      ORDER BY v.e::halfvec(%2$s) <=> q LIMIT n
    ), arrived AS MATERIALIZED (
      SELECT v.chunk_id AS id, (v.e::halfvec(%2$s) <=> q) + 0.0 AS distance FROM %1$I v %4$s
      WHERE v.segment > %3$s AND v.collection_id = ANY (visible) %5$s AND (SELECT count(*) FROM indexed) = n
      ORDER BY 2 LIMIT n
    )
    SELECT b.id, b.distance FROM (SELECT * FROM indexed UNION ALL SELECT * FROM arrived) b
    ORDER BY b.distance LIMIT n $f$;
  -- The sum keeps the index out.
  exact text := $f$
    SELECT v.chunk_id, (v.e::halfvec(%2$s) <=> q) + 0.0 FROM %1$I v %4$s
    WHERE v.collection_id = ANY (visible) %5$s ORDER BY 2 LIMIT n $f$;
  joins text := 'JOIN chunk c ON c.id = v.chunk_id JOIN document d ON d.id = c.document_id';
  filter text := 'AND (lang IS NULL OR c.language = lang) AND (src IS NULL OR d.source = src)
        AND (meta IS NULL OR d.metadata @> meta) AND (path IS NULL OR filter_holds(path, vars, c.language, d))';
BEGIN
  -- Sorting and every other scan are priced out, so that the plan is always this one.
  EXECUTE format($f$
    CREATE OR REPLACE FUNCTION %1$I(q halfvec, visible uuid[], filtered boolean, lang text, src text, meta jsonb, n integer, path jsonpath, vars jsonb)
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
      IF filtered THEN RETURN QUERY %2$s; ELSE RETURN QUERY %3$s; END IF;
    END $body$ $f$, 'nearest_m' || model, format(indexed, part, dimensions, covered, joins, filter),
    format(indexed, part, dimensions, covered, '', ''));
  EXECUTE format($f$
    CREATE OR REPLACE FUNCTION %1$I(q halfvec, visible uuid[], filtered boolean, lang text, src text, meta jsonb, n integer, path jsonpath, vars jsonb)
    RETURNS TABLE (chunk_id uuid, distance double precision) LANGUAGE plpgsql STABLE
    SET search_path = public, pg_temp SET jit = off
    AS $body$
    #variable_conflict use_column
    BEGIN
      IF filtered THEN RETURN QUERY %2$s; ELSE RETURN QUERY %3$s; END IF;
    END $body$ $f$, 'nearest_exact_m' || model, format(exact, part, dimensions, covered, joins, filter),
    format(exact, part, dimensions, covered, '', ''));
END $$;

-- The indexes of a model's partition: of its vectors, and of those that the first does not cover yet.
CREATE FUNCTION make_vector_indexes(model smallint, dimensions integer) RETURNS void
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE part text := 'embedding_m' || model;
BEGIN
  EXECUTE format('CREATE INDEX %I ON %I USING hnsw ((e::halfvec(%s)) halfvec_cosine_ops) WHERE segment <= 0',
    part || '_hnsw', part, dimensions);
  EXECUTE format('CREATE INDEX %I ON %I (collection_id, segment) WHERE segment > 0', part || '_arrived', part);
END $$;

CREATE OR REPLACE FUNCTION add_embedding_model(model_name text, model_dimensions integer) RETURNS smallint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE found embedding_model; part text;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('mordomo.add_embedding_model'));
  SELECT * INTO found FROM embedding_model WHERE name = model_name;
  IF found.id IS NOT NULL THEN
    IF found.dimensions <> model_dimensions THEN
      RAISE EXCEPTION 'the embedding model % had % dimensions before, not %',
        model_name, found.dimensions, model_dimensions USING ERRCODE = 'MD409';
    END IF;
    RETURN found.id;
  END IF;
  INSERT INTO embedding_model (name, dimensions, is_active)
    VALUES (model_name, model_dimensions, NOT EXISTS (SELECT FROM embedding_model WHERE is_active))
    RETURNING * INTO found;
  part := 'embedding_m' || found.id;
  EXECUTE format('CREATE TABLE %I PARTITION OF embedding (CHECK (vector_dims(e) = %s)) FOR VALUES IN (%s)',
    part, found.dimensions, found.id);
  EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', part);
  PERFORM make_vector_indexes(found.id, found.dimensions);
  PERFORM make_nearest(found.id, found.dimensions, 0);
  RETURN found.id;
END $$;

DO $$
DECLARE m embedding_model;
BEGIN
  FOR m IN SELECT * FROM embedding_model LOOP
    EXECUTE format('DROP INDEX embedding_m%s_hnsw', m.id);
    PERFORM make_vector_indexes(m.id, m.dimensions);
    PERFORM make_nearest(m.id, m.dimensions, 0);
  END LOOP;
END $$;

-- How many vectors have arrived that no index covers.
CREATE FUNCTION arrived_vectors() RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT count(*) FROM embedding_model m JOIN embedding v ON v.model_id = m.id
  WHERE v.segment > 0 AND v.segment > m.indexed_segment
$$;
GRANT EXECUTE ON FUNCTION arrived_vectors() TO ${system};

-- Many documents at once change the counts of their collection once, and not once each.
CREATE FUNCTION count_added_documents() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  UPDATE collection c SET document_count = c.document_count + a.documents, chunk_count = c.chunk_count + a.chunks
    FROM (SELECT collection_id, count(*) AS documents, sum(chunk_count) AS chunks FROM added GROUP BY 1) a
    WHERE c.id = a.collection_id;
  RETURN NULL;
END $$;
CREATE FUNCTION count_removed_documents() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  UPDATE collection c SET document_count = c.document_count - r.documents, chunk_count = c.chunk_count - r.chunks
    FROM (SELECT collection_id, count(*) AS documents, sum(chunk_count) AS chunks FROM removed GROUP BY 1) r
    WHERE c.id = r.collection_id;
  RETURN NULL;
END $$;
DROP TRIGGER document_counted ON document;
CREATE TRIGGER document_counted AFTER UPDATE OF collection_id, chunk_count ON document
  FOR EACH ROW EXECUTE FUNCTION count_documents();
CREATE TRIGGER documents_added AFTER INSERT ON document REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION count_added_documents();
CREATE TRIGGER documents_removed AFTER DELETE ON document REFERENCING OLD TABLE AS removed
  FOR EACH STATEMENT EXECUTE FUNCTION count_removed_documents();
