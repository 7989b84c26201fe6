-- What the servers log, by the day on the UUIDv7 id, dropped after some weeks. It holds nothing of a tenant; the
-- superuser reads it, through the system's login.
CREATE TABLE system_log (
  id      uuid PRIMARY KEY,
  at      timestamptz NOT NULL,
  level   smallint NOT NULL CHECK (level BETWEEN 1 AND 4),
  source  text NOT NULL,
  node    text NOT NULL,
  message text NOT NULL
) PARTITION BY RANGE (id);
CREATE TABLE system_log_default PARTITION OF system_log DEFAULT;
CREATE INDEX system_log_level ON system_log (level, id DESC) WHERE level >= 3;
CREATE INDEX system_log_message ON system_log USING gin (message gin_trgm_ops);
ALTER TABLE system_log ENABLE ROW LEVEL SECURITY;
ALTER TABLE system_log_default ENABLE ROW LEVEL SECURITY;
CREATE POLICY system ON system_log TO ${system} USING (true);
GRANT SELECT, INSERT ON system_log TO ${system};

-- Makes the partitions of today and the next two days, drops those whose last line is older than is kept.
CREATE FUNCTION maintain_system_log(at timestamptz, keep_seconds bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET timezone = 'UTC' AS $$
DECLARE
  from_time timestamptz;
  name text;
  part record;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('mordomo.maintain_partitions'));
  FOR i IN 0..2 LOOP
    from_time := date_trunc('day', at) + make_interval(days => i);
    name := 'system_log_' || to_char(from_time, 'YYYYMMDD');
    IF to_regclass(name) IS NULL THEN
      EXECUTE format('CREATE TABLE %I PARTITION OF system_log FOR VALUES FROM (%L) TO (%L)',
        name, uuid_from_time(from_time), uuid_from_time(from_time + interval '1 day'));
      EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
    END IF;
  END LOOP;
  -- Lines are in the default partition only when the clock jumps; they end like the rest.
  DELETE FROM system_log_default d WHERE d.at < maintain_system_log.at - make_interval(secs => keep_seconds);
  FOR part IN SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
              WHERE i.inhparent = 'system_log'::regclass AND c.relname ~ '^system_log_\d{8}$' LOOP
    IF to_timestamp(right(part.relname, 8), 'YYYYMMDD') + interval '1 day'
        <= at - make_interval(secs => keep_seconds) THEN
      EXECUTE format('DROP TABLE %I', part.relname);
    END IF;
  END LOOP;
END $$;
GRANT EXECUTE ON FUNCTION maintain_system_log(timestamptz, bigint) TO ${system};
SELECT maintain_system_log(now(), 100 * 366 * 86400::bigint);
