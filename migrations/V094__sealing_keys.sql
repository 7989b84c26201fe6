-- The keys under which everything that is sealed is sealed: one Tink keyset, itself sealed under the
-- installation's secret. One key is the primary, the others still open what is not sealed anew yet.
CREATE TABLE sealing_keyset (
  singleton  boolean PRIMARY KEY DEFAULT true CHECK (singleton),
  keyset     bytea NOT NULL,
  changed_at timestamptz NOT NULL
);
ALTER TABLE sealing_keyset ENABLE ROW LEVEL SECURITY;
CREATE POLICY system ON sealing_keyset TO ${system} USING (true);
GRANT SELECT, INSERT, UPDATE ON sealing_keyset TO ${system};

-- What is stored is sealed anew under the primary key.
GRANT UPDATE (value) ON sealed_secret TO ${system};
GRANT UPDATE (body) ON idempotency_key TO ${system};
