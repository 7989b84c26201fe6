-- The name of a model from a folder ends with a fingerprint of its files, so that other weights are
-- another model. A row from before that is taken to be the model that the folder holds now.
CREATE OR REPLACE FUNCTION add_embedding_model(model_name text, model_dimensions integer) RETURNS smallint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE found embedding_model; part text;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('mordomo.add_embedding_model'));
  SELECT * INTO found FROM embedding_model WHERE name = model_name;
  IF found.id IS NULL AND model_name ~ '^onnx/.+@[0-9a-f]{12}$' THEN
    UPDATE embedding_model SET name = model_name
      WHERE name = left(model_name, -13) AND dimensions = model_dimensions
      RETURNING * INTO found;
  END IF;
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
