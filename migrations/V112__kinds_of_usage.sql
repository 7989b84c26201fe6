-- What a call of the ledger was for: text that a model generated, the vectors of texts, or ranking passages.
ALTER TABLE usage ADD COLUMN kind text NOT NULL DEFAULT 'chat' CHECK (kind IN ('chat', 'embedding', 'rerank'));
-- Only vectors were asked for without a turn, and they have no words of an answer.
UPDATE usage SET kind = 'embedding' WHERE turn_id IS NULL AND completion_tokens = 0;

-- As before, and whose each text is: its vector is of their tokens. Null: of all.
DROP FUNCTION chunks_to_embed(smallint, uuid, integer);
CREATE FUNCTION chunks_to_embed(model smallint, after uuid, n integer)
RETURNS TABLE (id uuid, fingerprint text, title text, heading text, text text, tenant_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT c.id, encode(c.fingerprint, 'hex'), d.title, c.heading, c.text, c.tenant_id
  FROM chunk c JOIN document d ON d.id = c.document_id
  WHERE c.id > after AND NOT EXISTS (SELECT FROM embedding v WHERE v.model_id = model AND v.chunk_id = c.id)
  ORDER BY c.id LIMIT n
$$;
GRANT EXECUTE ON FUNCTION chunks_to_embed(smallint, uuid, integer) TO ${system};
