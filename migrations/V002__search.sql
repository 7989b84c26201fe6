-- Search: text configurations, one partition and index an embedding model, and the one function
-- through which every search goes.
--
-- The function is SECURITY DEFINER and owned by the owner, because under a policy PostgreSQL uses no
-- index for @@, % or @> (they are not leakproof). So it filters by itself: it asks which collections
-- the caller sees, searches nothing else, and checks every row that it gives back once more. Without
-- a tenant it gives nothing.

-- ── Words ───────────────────────────────────────────────────────────────────────────────────────

-- unaccent() is not immutable, a configuration is. Stemming needs the accents (configuração →
-- configur), people leave them out: chunks are indexed both ways, and asked for both ways.
CREATE TEXT SEARCH CONFIGURATION mordomo_pt (COPY = portuguese);
ALTER TEXT SEARCH CONFIGURATION mordomo_pt
  ALTER MAPPING FOR hword, hword_part, word WITH unaccent, portuguese_stem;
CREATE TEXT SEARCH CONFIGURATION mordomo_es (COPY = spanish);
ALTER TEXT SEARCH CONFIGURATION mordomo_es
  ALTER MAPPING FOR hword, hword_part, word WITH unaccent, spanish_stem;
CREATE TEXT SEARCH CONFIGURATION mordomo_en (COPY = english);
ALTER TEXT SEARCH CONFIGURATION mordomo_en
  ALTER MAPPING FOR hword, hword_part, word WITH unaccent, english_stem;
CREATE TEXT SEARCH CONFIGURATION mordomo_simple (COPY = simple);
ALTER TEXT SEARCH CONFIGURATION mordomo_simple
  ALTER MAPPING FOR hword, hword_part, word WITH unaccent, simple;

-- The words of one text, with and without accents, and the parts of names such as
-- incremental_backup.sh, which PostgreSQL takes for one word.
CREATE FUNCTION words_of(language text, body text) RETURNS tsvector LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT CASE language
    WHEN 'pt' THEN to_tsvector('portuguese', t.whole) || to_tsvector('mordomo_pt', t.whole)
    WHEN 'es' THEN to_tsvector('spanish', t.whole) || to_tsvector('mordomo_es', t.whole)
    WHEN 'en' THEN to_tsvector('english', t.whole) || to_tsvector('mordomo_en', t.whole)
    ELSE to_tsvector('simple', t.whole) || to_tsvector('mordomo_simple', t.whole) END
  FROM (SELECT body || coalesce(' ' || (
    SELECT string_agg(regexp_replace(m[1], '[^[:alnum:]]+', ' ', 'g'), ' ')
    FROM regexp_matches(body, '([[:alnum:]]+[/_.:@-][[:alnum:]]\S*)', 'g') AS m), '') AS whole) AS t
$$;

-- What a chunk is found by: its headings weigh A, its document's title B, its text D.
CREATE FUNCTION chunk_tsv(language text, title text, heading text, body text) RETURNS tsvector
LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT setweight(words_of(language, heading), 'A') || setweight(words_of(language, title), 'B')
    || words_of(language, body)
$$;

-- The words of a question that carry meaning, each with its stems in every language: a question in
-- one language finds names, numbers and kindred words in texts of the others.
CREATE FUNCTION search_terms(question text, question_language text)
RETURNS TABLE (term integer, query tsquery, heading_query tsquery)
LANGUAGE sql STABLE PARALLEL SAFE AS $$
  WITH word AS (
    SELECT min(p.at)::integer AS at, lower(p.token) AS w
    FROM ts_parse('default', translate(left(question, 2000), '/_', '  ')) WITH ORDINALITY AS p (kind, token, at)
    WHERE p.kind NOT IN (12, 13, 14, 23) AND (length(p.token) > 1 OR p.token ~ '\d')
    GROUP BY lower(p.token)
  ), content AS (
    SELECT at, w, unaccent(w) AS plain FROM word
    WHERE NOT CASE question_language
        WHEN 'pt' THEN ts_lexize('portuguese_stem', w) = '{}'
        WHEN 'es' THEN ts_lexize('spanish_stem', w) = '{}'
        WHEN 'en' THEN ts_lexize('english_stem', w) = '{}'
        ELSE ts_lexize('portuguese_stem', w) = '{}' OR ts_lexize('spanish_stem', w) = '{}'
          OR ts_lexize('english_stem', w) = '{}' END
      AND unaccent(w) <> ALL (ARRAY['quanto', 'quantos', 'quanta', 'quantas', 'quais', 'onde', 'porque',
        'cuanto', 'cuantos', 'cuanta', 'cuantas', 'cual', 'cuales', 'donde', 'como', 'quien', 'cuando',
        'nao', 'sao', 'esta', 'ate', 'ja', 'voce', 'many', 'much', 'faco', 'hago', 'fazer', 'hacer'])
    ORDER BY at LIMIT 24
  ), variant AS (
    SELECT DISTINCT c.at, v.lexeme
    FROM content c CROSS JOIN LATERAL unnest(
      ts_lexize('portuguese_stem', c.w) || ts_lexize('portuguese_stem', c.plain)
      || ts_lexize('spanish_stem', c.w) || ts_lexize('spanish_stem', c.plain)
      || ts_lexize('english_stem', c.w) || ts_lexize('english_stem', c.plain)
      || ARRAY[c.w, c.plain]) AS v (lexeme)
    WHERE v.lexeme <> ''
  )
  SELECT at,
    string_agg('''' || replace(replace(lexeme, '\', '\\'), '''', '''''') || '''', ' | ')::tsquery,
    string_agg('''' || replace(replace(lexeme, '\', '\\'), '''', '''''') || ''':A', ' | ')::tsquery
  FROM variant GROUP BY at
$$;

-- ── Counts ──────────────────────────────────────────────────────────────────────────────────────

-- The route of a search depends on how many chunks the caller sees, so each collection knows.
ALTER TABLE collection
  ADD COLUMN document_count integer NOT NULL DEFAULT 0,
  ADD COLUMN chunk_count bigint NOT NULL DEFAULT 0;

CREATE FUNCTION count_documents() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF TG_OP <> 'INSERT' THEN
    UPDATE collection SET document_count = document_count - 1, chunk_count = chunk_count - old.chunk_count
      WHERE id = old.collection_id;
  END IF;
  IF TG_OP <> 'DELETE' THEN
    UPDATE collection SET document_count = document_count + 1, chunk_count = chunk_count + new.chunk_count
      WHERE id = new.collection_id;
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER document_counted AFTER INSERT OR DELETE OR UPDATE OF collection_id, chunk_count ON document
  FOR EACH ROW EXECUTE FUNCTION count_documents();

-- Equal texts are embedded once.
CREATE INDEX chunk_fingerprint ON chunk USING hash (fingerprint);

-- ── Embedding models ────────────────────────────────────────────────────────────────────────────

-- Gives a model its partition, its index, and its two ways to the nearest: by the index, and
-- exactly. The dimension stands in them as a literal, so their plans are cached. Idempotent; a known
-- name with another dimension is refused. The first model is the active one.
CREATE FUNCTION add_embedding_model(model_name text, model_dimensions integer) RETURNS smallint
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
  -- Along the index. Sorting and every other scan are priced out, so that the plan is always this one.
  EXECUTE format($f$
    CREATE FUNCTION %1$I(q halfvec, visible uuid[], filtered boolean, lang text, src text, meta jsonb, n integer)
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
          ORDER BY v.e::halfvec(%3$s) <=> q LIMIT n;
      ELSE
        RETURN QUERY SELECT v.chunk_id, (v.e::halfvec(%3$s) <=> q)::double precision
          FROM %2$I v WHERE v.collection_id = ANY (visible)
          ORDER BY v.e::halfvec(%3$s) <=> q LIMIT n;
      END IF;
    END $body$ $f$, 'nearest_m' || found.id, part, found.dimensions);
  -- Exactly: the sum keeps the index out.
  EXECUTE format($f$
    CREATE FUNCTION %1$I(q halfvec, visible uuid[], filtered boolean, lang text, src text, meta jsonb, n integer)
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
          ORDER BY 2 LIMIT n;
      ELSE
        RETURN QUERY SELECT v.chunk_id, (v.e::halfvec(%3$s) <=> q) + 0.0
          FROM %2$I v WHERE v.collection_id = ANY (visible)
          ORDER BY 2 LIMIT n;
      END IF;
    END $body$ $f$, 'nearest_exact_m' || found.id, part, found.dimensions);
  RETURN found.id;
END $$;

-- ── Search ──────────────────────────────────────────────────────────────────────────────────────

-- mode semantic, text or hybrid. question_embedding may be null in mode text alone. Null filters
-- filter nothing. similarity is max(0, 1 − cosine distance); coverage is the share of the question's
-- words, weighed by their rarity, that a chunk holds; score orders the hits.
CREATE FUNCTION search_chunks(
  tenant uuid, usr uuid, caller_role text, model_name text, question_embedding real[],
  question text, question_language text, mode text, only_collections uuid[], only_language text,
  only_source text, only_metadata jsonb, max_hits integer, least_similarity double precision,
  vector_weight double precision, text_weight double precision, exact_up_to integer)
RETURNS TABLE (
  chunk_id uuid, document_id uuid, collection_id uuid, chunk_index integer, title text, source text,
  heading text, text text, kind text, language text, page integer, similarity double precision,
  score double precision, coverage double precision, metadata jsonb)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
DECLARE
  my_tenant uuid; my_user uuid; model_id_ smallint; q halfvec; visible uuid[]; in_scope bigint;
  filtered boolean := only_language IS NOT NULL OR only_source IS NOT NULL OR only_metadata IS NOT NULL;
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
      EXECUTE format('SELECT array_agg(n.chunk_id), array_agg(n.distance) FROM nearest_m%s($1, $2, $3, $4, $5, $6, $7) n', model_id_)
        INTO near_ids, near_distances
        USING q, visible, filtered, only_language, only_source, only_metadata, wanted;
    END IF;
    -- A small scope, or one that the index could not fill.
    IF mode <> 'text' AND (in_scope <= exact_up_to OR coalesce(cardinality(near_ids), 0) < wanted) THEN
      EXECUTE format('SELECT array_agg(n.chunk_id), array_agg(n.distance) FROM nearest_exact_m%s($1, $2, $3, $4, $5, $6, $7) n', model_id_)
        INTO near_ids, near_distances
        USING q, visible, filtered, only_language, only_source, only_metadata, wanted;
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
        AND (only_source IS NULL AND only_metadata IS NULL OR EXISTS (
          SELECT FROM document d WHERE d.id = c.document_id AND (only_source IS NULL OR d.source = only_source)
            AND (only_metadata IS NULL OR d.metadata @> only_metadata)))
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

-- ── Duplicates ──────────────────────────────────────────────────────────────────────────────────

-- The one document, of those that the caller sees, that a new one would double, rather one of the same
-- collection: the same source, the same bytes, or nearly the same title. Titles that differ in a number are different
-- ("Lei Orçamentária 2023" and "2024").
CREATE FUNCTION find_duplicate(tenant uuid, usr uuid, caller_role text, into_collection uuid,
  new_sha256 bytea, new_source text, new_title text)
RETURNS TABLE (document_id uuid, collection_id uuid, reason text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
DECLARE my_tenant uuid; my_user uuid;
BEGIN
  PERFORM act_as(tenant, usr, caller_role);
  my_tenant := app_tenant();
  my_user := app_user();
  PERFORM set_config('pg_trgm.similarity_threshold', '0.9', true);
  RETURN QUERY
    SELECT f.id, f.collection_id, f.why FROM (
      SELECT d.id, d.collection_id, d.tenant_id, d.user_id, 1 AS rank, 'source' AS why, 1::real AS alike
        FROM document d WHERE d.source = new_source
      UNION ALL
      SELECT d.id, d.collection_id, d.tenant_id, d.user_id, 2, 'hash', 1 FROM document d WHERE d.sha256 = new_sha256
      UNION ALL
      SELECT d.id, d.collection_id, d.tenant_id, d.user_id, 3, 'title', similarity(d.title, new_title)
        FROM document d WHERE d.title % new_title
          AND regexp_replace(d.title, '\D+', ' ', 'g') = regexp_replace(new_title, '\D+', ' ', 'g')
    ) f
    WHERE my_tenant IS NOT NULL
      AND (f.tenant_id IS NULL OR f.tenant_id = my_tenant AND (f.user_id IS NULL OR f.user_id = my_user))
    ORDER BY f.collection_id = into_collection DESC, f.rank, f.alike DESC, f.id LIMIT 1;
END $$;

GRANT EXECUTE ON FUNCTION
  words_of(text, text), chunk_tsv(text, text, text, text),
  search_chunks(uuid, uuid, text, text, real[], text, text, text, uuid[], text, text, jsonb, integer,
    double precision, double precision, double precision, integer),
  find_duplicate(uuid, uuid, text, uuid, bytea, text, text) TO ${app};
GRANT EXECUTE ON FUNCTION add_embedding_model(text, integer) TO ${system};
