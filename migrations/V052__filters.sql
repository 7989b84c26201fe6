-- Filters of search: conditions on language, source, date and metadata, joined by and, or and not.
--
-- A condition is a JSON path predicate with its values as variables. Both are parameters: nothing that a
-- caller says becomes a part of a statement.

-- Whether a chunk of this language, of this document, is as the predicate says; what cannot be compared is not.
CREATE FUNCTION filter_holds(path jsonpath, vars jsonb, chunk_language text, d document) RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT coalesce(jsonb_path_match(jsonb_build_object('language', chunk_language, 'source', d.source,
    'source_type', d.source_type, 'title', d.title, 'created_at', extract(epoch FROM d.created_at),
    'metadata', d.metadata), path, vars, true), false)
$$;

-- A model's two ways to the nearest, as in V002, with a predicate.
CREATE FUNCTION make_nearest(model smallint, dimensions integer) RETURNS void
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE part text := 'embedding_m' || model;
BEGIN
  -- Along the index. Sorting and every other scan are priced out, so that the plan is always this one.
  EXECUTE format($f$
    CREATE FUNCTION %1$I(q halfvec, visible uuid[], filtered boolean, lang text, src text, meta jsonb, n integer, path jsonpath, vars jsonb)
    RETURNS TABLE (chunk_id uuid, distance double precision) LANGUAGE plpgsql
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
  EXECUTE format('CREATE INDEX %I ON %I USING hnsw ((e::halfvec(%s)) halfvec_cosine_ops)',
    part || '_hnsw', part, found.dimensions);
  PERFORM make_nearest(found.id, found.dimensions);
  RETURN found.id;
END $$;


DO $$
DECLARE m embedding_model;
BEGIN
  FOR m IN SELECT * FROM embedding_model LOOP
    EXECUTE format('DROP FUNCTION nearest_m%s(halfvec, uuid[], boolean, text, text, jsonb, integer)', m.id);
    EXECUTE format('DROP FUNCTION nearest_exact_m%s(halfvec, uuid[], boolean, text, text, jsonb, integer)', m.id);
    PERFORM make_nearest(m.id, m.dimensions);
  END LOOP;
END $$;

DROP FUNCTION search_chunks(uuid, uuid, text, text, real[], text, text, text, uuid[], text, text, jsonb,
  integer, double precision, double precision, double precision, integer);

-- As in V002, with a predicate.
CREATE FUNCTION search_chunks(
  tenant uuid, usr uuid, caller_role text, model_name text, question_embedding real[],
  question text, question_language text, mode text, only_collections uuid[], only_language text,
  only_source text, only_metadata jsonb, max_hits integer, least_similarity double precision,
  vector_weight double precision, text_weight double precision, exact_up_to integer,
  only_where jsonpath DEFAULT NULL, where_vars jsonb DEFAULT '{}')
RETURNS TABLE (
  chunk_id uuid, document_id uuid, collection_id uuid, chunk_index integer, title text, source text,
  heading text, text text, kind text, language text, page integer, similarity double precision,
  score double precision, coverage double precision, metadata jsonb)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
DECLARE
  my_tenant uuid; my_user uuid; model_id_ smallint; q halfvec; visible uuid[]; in_scope bigint;
  filtered boolean := only_language IS NOT NULL OR only_source IS NOT NULL OR only_metadata IS NOT NULL
    OR only_where IS NOT NULL;
  wanted integer := CASE WHEN mode = 'semantic' THEN max_hits ELSE greatest(50, 2 * max_hits) END;
  near_ids uuid[]; near_distances double precision[];
  text_ids uuid[]; text_coverages double precision[];
BEGIN
  PERFORM act_as(tenant, usr, caller_role);
  my_tenant := app_tenant();
  my_user := app_user();
  IF my_tenant IS NULL THEN
    RETURN;
  END IF;
  SELECT array_agg(c.id), coalesce(sum(c.chunk_count), 0) INTO visible, in_scope FROM collection c
    WHERE (c.tenant_id IS NULL OR c.tenant_id = my_tenant AND (c.user_id IS NULL OR c.user_id = my_user))
      AND (only_collections IS NULL OR c.id = ANY (only_collections));
  IF visible IS NULL THEN
    RETURN;
  END IF;

  IF question_embedding IS NOT NULL THEN
    SELECT m.id INTO model_id_ FROM embedding_model m WHERE m.name = model_name;
    IF model_id_ IS NULL THEN
      RAISE EXCEPTION 'the embedding model' USING ERRCODE = 'MD404';
    END IF;
    q := question_embedding::vector::halfvec;
    IF mode <> 'text' AND in_scope > exact_up_to THEN
      EXECUTE format('SELECT array_agg(n.chunk_id), array_agg(n.distance) FROM nearest_m%s($1, $2, $3, $4, $5, $6, $7, $8, $9) n', model_id_)
        INTO near_ids, near_distances
        USING q, visible, filtered, only_language, only_source, only_metadata, wanted, only_where, where_vars;
    END IF;
    -- A small scope, or one that the index could not fill.
    IF mode <> 'text' AND (in_scope <= exact_up_to OR coalesce(cardinality(near_ids), 0) < wanted) THEN
      EXECUTE format('SELECT array_agg(n.chunk_id), array_agg(n.distance) FROM nearest_exact_m%s($1, $2, $3, $4, $5, $6, $7, $8, $9) n', model_id_)
        INTO near_ids, near_distances
        USING q, visible, filtered, only_language, only_source, only_metadata, wanted, only_where, where_vars;
    END IF;
  END IF;

  IF mode = 'semantic' THEN
    RETURN QUERY
      SELECT c.id, c.document_id, c.collection_id, c.chunk_index, d.title, d.source, c.heading, c.text,
        c.kind, c.language, c.page, greatest(0, 1 - n.distance), greatest(0, 1 - n.distance),
        0::double precision, d.metadata
      FROM unnest(near_ids, near_distances) AS n (id, distance)
        JOIN chunk c ON c.id = n.id JOIN document d ON d.id = c.document_id
      WHERE 1 - n.distance >= least_similarity
        AND (c.tenant_id IS NULL OR c.tenant_id = my_tenant AND (c.user_id IS NULL OR c.user_id = my_user))
      ORDER BY n.distance LIMIT max_hits;
    RETURN;
  END IF;

  -- Each word's chunks, the rarer the word the heavier; what stands in a heading counts half as much
  -- again; long chunks hold more words by chance.
  WITH term AS MATERIALIZED (
    SELECT t.term, t.query, t.heading_query FROM search_terms(question, question_language) t
  ), posting AS MATERIALIZED (
    SELECT t.term, p.id, p.in_heading, p.size
    FROM term t CROSS JOIN LATERAL (
      SELECT c.id, c.tsv @@ t.heading_query AS in_heading, length(c.tsv) AS size FROM chunk c
      WHERE c.tsv @@ t.query AND c.collection_id = ANY (visible)
        AND (only_language IS NULL OR c.language = only_language)
        AND (only_source IS NULL AND only_metadata IS NULL AND only_where IS NULL OR EXISTS (
          SELECT FROM document d WHERE d.id = c.document_id AND (only_source IS NULL OR d.source = only_source)
            AND (only_metadata IS NULL OR d.metadata @> only_metadata)
            AND (only_where IS NULL OR filter_holds(only_where, where_vars, c.language, d))))
      LIMIT 3000) p
  ), weight AS (
    SELECT t.term, ln(1 + (greatest(in_scope - count(p.id), 0) + 0.5) / (count(p.id) + 0.5)) AS idf
    FROM term t LEFT JOIN posting p ON p.term = t.term GROUP BY t.term
  ), ranked AS (
    SELECT p.id, sum(w.idf) / (SELECT sum(idf) FROM weight) AS coverage,
      sum(w.idf * CASE WHEN p.in_heading THEN 1.5 ELSE 1 END) / (0.75 + 0.25 * max(p.size) / 90.0) AS points
    FROM posting p JOIN weight w ON w.term = p.term GROUP BY p.id
  )
  SELECT array_agg(r.id ORDER BY r.points DESC, r.id), array_agg(r.coverage ORDER BY r.points DESC, r.id)
    INTO text_ids, text_coverages
    FROM (SELECT * FROM ranked ORDER BY points DESC, id LIMIT wanted) r;

  -- Reciprocal rank fusion (Cormack et al. 2009), with k = 10 in place of 60, and the words' share
  -- weighed by how much of the question they cover: one common word is little evidence. Both chosen
  -- on src/test/resources/evaluation/train and the seeds.
  RETURN QUERY
    WITH near AS (
      SELECT n.id, n.distance, row_number() OVER (ORDER BY n.distance, n.id) AS place
      FROM unnest(near_ids, near_distances) AS n (id, distance)
    ), worded AS (
      SELECT w.id, w.coverage, w.place FROM unnest(text_ids, text_coverages) WITH ORDINALITY AS w (id, coverage, place)
    ), fused AS (
      SELECT coalesce(n.id, w.id) AS id, n.distance, coalesce(w.coverage, 0) AS coverage,
        coalesce(vector_weight / (10 + n.place), 0)
          + coalesce(text_weight * w.coverage ^ 2 / (10 + w.place), 0) AS score
      FROM near n FULL JOIN worded w ON w.id = n.id
      ORDER BY score DESC, 1 LIMIT greatest(50, 2 * max_hits)
    ), measured AS (
      SELECT f.id, f.coverage,
        -- Of a text and its translations people want the one that they can read.
        f.score * CASE WHEN c.language = question_language AND c.language <> '' THEN 1.25 ELSE 1 END AS score, greatest(0, 1 - coalesce(f.distance,
        (SELECT v.e <=> q FROM embedding v WHERE v.model_id = model_id_ AND v.chunk_id = f.id), 1)) AS similarity
      FROM fused f JOIN chunk c ON c.id = f.id
    )
    SELECT c.id, c.document_id, c.collection_id, c.chunk_index, d.title, d.source, c.heading, c.text,
      c.kind, c.language, c.page, m.similarity, m.score, m.coverage, d.metadata
    FROM measured m JOIN chunk c ON c.id = m.id JOIN document d ON d.id = c.document_id
    WHERE m.similarity >= least_similarity
      AND (c.tenant_id IS NULL OR c.tenant_id = my_tenant AND (c.user_id IS NULL OR c.user_id = my_user))
    ORDER BY m.score DESC, m.similarity DESC, c.id LIMIT max_hits;
END $$;

GRANT EXECUTE ON FUNCTION
  search_chunks(uuid, uuid, text, text, real[], text, text, text, uuid[], text, text, jsonb, integer,
    double precision, double precision, double precision, integer, jsonpath, jsonb) TO ${app};
