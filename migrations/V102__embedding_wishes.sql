-- Which embedding model each running server has in its settings. The index has one model for all of them: it is
-- changed when no server that runs wants the one that it has.
CREATE UNLOGGED TABLE embedding_wish (
  server  uuid PRIMARY KEY,
  model   text NOT NULL,
  seen_at timestamptz NOT NULL
);
ALTER TABLE embedding_wish ENABLE ROW LEVEL SECURITY;
CREATE POLICY system ON embedding_wish TO ${system} USING (true);
GRANT SELECT, INSERT, UPDATE, DELETE ON embedding_wish TO ${system};
