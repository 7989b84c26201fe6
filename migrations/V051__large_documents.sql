-- Large documents are taken in by a job: the row comes first, as pending, and names the file that is stored
-- already. replaces: the document in whose place it will be put; search sees that one until then.
ALTER TABLE document ADD COLUMN replaces uuid;

-- Vectors that a job has computed and not yet put into the index, so that a job that was broken off goes on
-- where it was. They go with their document, or when it is indexed.
CREATE TABLE kept_embedding (
  document_id uuid NOT NULL REFERENCES document ON DELETE CASCADE,
  model_id    smallint NOT NULL REFERENCES embedding_model,
  fingerprint bytea NOT NULL,
  tenant_id   uuid,
  user_id     uuid,
  e           halfvec NOT NULL,
  PRIMARY KEY (document_id, model_id, fingerprint)
);
ALTER TABLE kept_embedding ENABLE ROW LEVEL SECURITY;
CREATE POLICY app ON kept_embedding TO ${app}
  USING (tenant_id = (SELECT app_tenant()) AND (user_id IS NULL OR user_id = (SELECT app_user()))
    OR tenant_id IS NULL AND (SELECT app_role()) = 'superuser');
GRANT SELECT, INSERT, DELETE ON kept_embedding TO ${app};

-- As before, but for a document that is itself in the table, and without those that failed or that are
-- going to replace another: nobody can read what they hold.
DROP FUNCTION find_duplicate(uuid, uuid, text, uuid, bytea, text, text);
CREATE FUNCTION find_duplicate(tenant uuid, usr uuid, caller_role text, into_collection uuid,
  new_sha256 bytea, new_source text, new_title text, except_document uuid)
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
      SELECT d.id, d.collection_id, d.tenant_id, d.user_id, d.status, d.replaces, 1 AS rank, 'source' AS why, 1::real AS alike
        FROM document d WHERE d.source = new_source
      UNION ALL
      SELECT d.id, d.collection_id, d.tenant_id, d.user_id, d.status, d.replaces, 2, 'hash', 1
        FROM document d WHERE d.sha256 = new_sha256
      UNION ALL
      SELECT d.id, d.collection_id, d.tenant_id, d.user_id, d.status, d.replaces, 3, 'title', similarity(d.title, new_title)
        FROM document d WHERE d.title % new_title
          AND regexp_replace(d.title, '\D+', ' ', 'g') = regexp_replace(new_title, '\D+', ' ', 'g')
    ) f
    WHERE my_tenant IS NOT NULL AND f.status <> 'failed' AND f.replaces IS NULL
      AND f.id IS DISTINCT FROM except_document
      AND (f.tenant_id IS NULL OR f.tenant_id = my_tenant AND (f.user_id IS NULL OR f.user_id = my_user))
    ORDER BY f.collection_id = into_collection DESC, f.rank, f.alike DESC, f.id LIMIT 1;
END $$;
GRANT EXECUTE ON FUNCTION find_duplicate(uuid, uuid, text, uuid, bytea, text, text, uuid) TO ${app};
