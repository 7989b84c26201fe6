\set q random(1, 1000)
SELECT s.chunk_id, s.document_id, s.collection_id, s.chunk_index, s.title, s.source, s.heading, s.text, s.kind, s.language, s.page, s.similarity, s.score, s.coverage, s.metadata::text FROM search_chunks(:tenant, :usr, 'member', 'embedded/gloss-minilm', (SELECT v FROM bench_query WHERE id = :q), '', '', 'semantic', NULL, NULL, NULL, NULL, 10, 0, 1, 1, 5000) s;
