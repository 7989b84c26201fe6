-- Another embedding model: its partition is filled in the background, while search and ingest stay on the
-- active one; then one row is switched, at a moment when nothing lacks its vector and nobody is writing.

-- Whoever writes vectors holds this until the transaction ends, and learns whether its model is the active
-- one; a switch waits for them, and they for a switch.
CREATE FUNCTION hold_embedding_model(model smallint) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM pg_advisory_xact_lock_shared(hashtext('mordomo.embedding_model'));
  RETURN EXISTS (SELECT FROM embedding_model m WHERE m.id = model AND m.is_active);
END $$;

-- How many chunks have no vector of this model, and how many there are.
CREATE FUNCTION embedding_gap(model smallint, OUT missing bigint, OUT total bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT count(*) FILTER (WHERE NOT EXISTS (
      SELECT FROM embedding v WHERE v.model_id = model AND v.chunk_id = c.id)), count(*)
  FROM chunk c
$$;

-- The next of them, each text once. Across tenants: this is the one way to text that the system login has.
CREATE FUNCTION chunks_to_embed(model smallint, after uuid, n integer)
RETURNS TABLE (id uuid, fingerprint text, title text, heading text, text text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT c.id, encode(c.fingerprint, 'hex'), d.title, c.heading, c.text
  FROM chunk c JOIN document d ON d.id = c.document_id
  WHERE c.id > after AND NOT EXISTS (SELECT FROM embedding v WHERE v.model_id = model AND v.chunk_id = c.id)
  ORDER BY c.id LIMIT n
$$;

-- Gives every chunk with one of these texts its vector; says to how many.
CREATE FUNCTION store_embeddings(model smallint, fingerprints text[], vectors real[], length integer) RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
  WITH stored AS (
    INSERT INTO embedding (model_id, chunk_id, collection_id, tenant_id, user_id, e)
    SELECT model, c.id, c.collection_id, c.tenant_id, c.user_id,
      vectors[(f.i - 1) * length + 1 : f.i * length]::vector::halfvec
    FROM unnest(fingerprints) WITH ORDINALITY AS f (hex, i)
      JOIN chunk c ON c.fingerprint = decode(f.hex, 'hex')
    ON CONFLICT DO NOTHING RETURNING 1)
  SELECT count(*) FROM stored
$$;

-- Makes a model the active one, if no chunk lacks its vector.
CREATE FUNCTION switch_embedding_model(model smallint) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('mordomo.embedding_model'));
  IF (SELECT g.missing FROM embedding_gap(model) g) > 0 THEN
    RETURN false;
  END IF;
  UPDATE embedding_model SET is_active = (id = model) WHERE is_active <> (id = model);
  RETURN true;
END $$;

-- Removes a model that is not the active one, with its vectors.
CREATE FUNCTION drop_embedding_model(model_name text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE found embedding_model;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('mordomo.embedding_model'));
  SELECT * INTO found FROM embedding_model WHERE name = model_name;
  IF found.id IS NULL OR found.is_active THEN
    RAISE EXCEPTION 'only a model that is known and not active can be dropped' USING ERRCODE = 'MD409';
  END IF;
  DELETE FROM kept_embedding WHERE model_id = found.id;
  EXECUTE format('DROP TABLE embedding_m%s', found.id);
  EXECUTE format('DROP FUNCTION nearest_m%1$s(halfvec, uuid[], boolean, text, text, jsonb, integer, jsonpath, jsonb),'
    ' nearest_exact_m%1$s(halfvec, uuid[], boolean, text, text, jsonb, integer, jsonpath, jsonb)', found.id);
  DELETE FROM embedding_model WHERE id = found.id;
END $$;

GRANT EXECUTE ON FUNCTION hold_embedding_model(smallint) TO ${app};
GRANT EXECUTE ON FUNCTION embedding_gap(smallint), chunks_to_embed(smallint, uuid, integer),
  store_embeddings(smallint, text[], real[], integer), switch_embedding_model(smallint),
  drop_embedding_model(text) TO ${system};
