-- How often somebody may do something, shared by all nodes: a bucket of one minute's worth, refilled
-- evenly. Nodes take permits from it in blocks, and one by one when it is nearly empty. Unlogged: a
-- crash forgives everybody.

-- key: what is limited, then of whom: a user, an API key, a tenant or an address. Forgotten after a
-- few minutes of silence, when the bucket would be full again.
CREATE UNLOGGED TABLE rate_bucket (
  key     text PRIMARY KEY CHECK (length(key) <= 120),
  permits double precision NOT NULL,
  at      timestamptz NOT NULL
) WITH (fillfactor = 50);
CREATE INDEX rate_bucket_age ON rate_bucket (at);

ALTER TABLE rate_bucket ENABLE ROW LEVEL SECURITY;
CREATE POLICY system ON rate_bucket TO ${system} USING (true);
GRANT SELECT, INSERT, UPDATE, DELETE ON rate_bucket TO ${system};

-- A block of permits, or fewer; none: wait_seconds says when there is the next one. The time is that
-- of the database, which all nodes share.
CREATE FUNCTION take_permits(the_key text, per_minute integer, block integer,
  OUT granted integer, OUT wait_seconds double precision)
LANGUAGE plpgsql AS $$
DECLARE held double precision; since timestamptz; now_at timestamptz;
BEGIN
  INSERT INTO rate_bucket (key, permits, at) VALUES (the_key, per_minute, clock_timestamp()) ON CONFLICT DO NOTHING;
  SELECT b.permits, b.at INTO held, since FROM rate_bucket b WHERE b.key = the_key FOR UPDATE;
  now_at := clock_timestamp();
  held := least(per_minute, coalesce(held, per_minute)
    + greatest(0, extract(epoch FROM now_at - coalesce(since, now_at))) * per_minute / 60.0);
  granted := CASE WHEN held >= per_minute / 4.0 THEN least(block, floor(held)) ELSE least(1, floor(held)) END;
  wait_seconds := CASE WHEN granted > 0 THEN 0 ELSE (1 - held) * 60.0 / per_minute END;
  UPDATE rate_bucket b SET permits = held - granted, at = now_at WHERE b.key = the_key;
END $$;
GRANT EXECUTE ON FUNCTION take_permits(text, integer, integer) TO ${system};
