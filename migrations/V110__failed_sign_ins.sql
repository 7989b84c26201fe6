-- Who guesses passwords is slowed by all nodes together, and by those that start later. Logged, unlike
-- rate_bucket: nothing that falls over gives anybody their guesses back.

-- key: SHA-256 of an account or of an address: whose they are, nobody can read from it. Forgotten after
-- identity.failure_window.
CREATE TABLE sign_in_failure (
  key      bytea PRIMARY KEY CHECK (length(key) = 32),
  failures integer NOT NULL CHECK (failures >= 0),
  at       timestamptz NOT NULL
) WITH (fillfactor = 50);
CREATE INDEX sign_in_failure_age ON sign_in_failure (at);

ALTER TABLE sign_in_failure ENABLE ROW LEVEL SECURITY;
CREATE POLICY system ON sign_in_failure TO ${system} USING (true);
GRANT SELECT, INSERT, UPDATE, DELETE ON sign_in_failure TO ${system};

-- An attempt counts as a failure from its beginning; or it has to wait, for so many seconds, and counts as
-- nothing. After the allowed failures each further one doubles the wait, from one second to all that is
-- kept. The time is that of the database, which all nodes share. Rows are locked in the order of their keys.
CREATE FUNCTION begin_sign_in(account bytea, address bytea, of_account integer, of_address integer,
  kept double precision)
RETURNS double precision LANGUAGE plpgsql AS $$
DECLARE wait double precision;
BEGIN
  -- First without a lock: who has to wait anyway, as guessers do, writes nothing.
  FOR look IN 1..2 LOOP
    SELECT max(extract(epoch FROM f.at - clock_timestamp()) + least(2.0 ^ least(f.failures - allowed.most, 20), kept))
      INTO wait
      FROM sign_in_failure f
      JOIN (VALUES (account, of_account), (address, of_address)) allowed (key, most) ON f.key = allowed.key
      WHERE f.failures >= allowed.most;
    IF wait > 0 THEN
      RETURN least(wait, kept);
    END IF;
    IF look = 1 THEN
      INSERT INTO sign_in_failure (key, failures, at)
        SELECT k, 0, clock_timestamp() FROM unnest(ARRAY[account, address]) k ORDER BY k
        ON CONFLICT DO NOTHING;
      PERFORM 1 FROM sign_in_failure f WHERE f.key IN (account, address) ORDER BY f.key FOR UPDATE;
    END IF;
  END LOOP;
  INSERT INTO sign_in_failure AS f (key, failures, at)
    SELECT k, 1, clock_timestamp() FROM unnest(ARRAY[account, address]) k ORDER BY k
    ON CONFLICT (key) DO UPDATE SET at = EXCLUDED.at,
      failures = CASE WHEN f.at < EXCLUDED.at - make_interval(secs => kept) THEN 1 ELSE f.failures + 1 END;
  RETURN 0;
END $$;
GRANT EXECUTE ON FUNCTION begin_sign_in(bytea, bytea, integer, integer, double precision) TO ${system};

-- The attempt was no failure. It was right: the account starts anew; else it was not tried at all.
CREATE FUNCTION end_sign_in(account bytea, address bytea, was_right boolean) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  PERFORM 1 FROM sign_in_failure f WHERE f.key IN (account, address) ORDER BY f.key FOR UPDATE;
  UPDATE sign_in_failure f
    SET failures = CASE WHEN was_right AND f.key = account THEN 0 ELSE greatest(0, f.failures - 1) END
    WHERE f.key IN (account, address);
END $$;
GRANT EXECUTE ON FUNCTION end_sign_in(bytea, bytea, boolean) TO ${system};
