-- A passage, its vector, a vector that waits for its document, and a node's part of a quota are of the tenant that
-- what they belong to is of: so far the policies alone said so. Global documents have no tenant, for which the keys by
-- id stay. Both kinds cascade: which of two triggers comes first is not for us to say.
ALTER TABLE chunk ADD UNIQUE (tenant_id, id);
ALTER TABLE chunk ADD FOREIGN KEY (tenant_id, document_id) REFERENCES document (tenant_id, id) ON DELETE CASCADE;
ALTER TABLE embedding ADD FOREIGN KEY (tenant_id, chunk_id) REFERENCES chunk (tenant_id, id) ON DELETE CASCADE;
ALTER TABLE kept_embedding
  ADD FOREIGN KEY (tenant_id, document_id) REFERENCES document (tenant_id, id) ON DELETE CASCADE;
ALTER TABLE token_account ADD UNIQUE (tenant_id, id, since);
ALTER TABLE token_lease
  ADD FOREIGN KEY (tenant_id, account_id, since) REFERENCES token_account (tenant_id, id, since) ON DELETE CASCADE;
