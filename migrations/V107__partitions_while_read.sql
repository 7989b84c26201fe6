-- Partitions are made and dropped while nobody waits long for it, and whatever stands where they are to be.
-- Whoever reads an events table for long, as a backup does, holds up neither.

-- Makes a partition, and takes into it what stands in the default one: rows that came while it could not be made.
-- Attached, since CREATE TABLE … PARTITION OF shuts the whole table.
CREATE FUNCTION make_partition(parent text, name text, key text, lower text, upper text) RETURNS void
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  IF to_regclass(name) IS NOT NULL THEN
    RETURN;
  END IF;
  EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING ALL)', name, parent);
  EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
  EXECUTE format('LOCK TABLE %I IN ACCESS EXCLUSIVE MODE', parent || '_default');
  EXECUTE format(
    'WITH moved AS (DELETE FROM %1$I WHERE %3$I >= %4$L AND %3$I < %5$L RETURNING *) INSERT INTO %2$I SELECT * FROM moved',
    parent || '_default', name, key, lower, upper);
  EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', parent, name, lower, upper);
END $$;
REVOKE ALL ON FUNCTION make_partition(text, text, text, text, text) FROM PUBLIC;

CREATE OR REPLACE FUNCTION maintain_partitions(at timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET timezone = 'UTC' AS $$
DECLARE from_time timestamptz; part record;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('mordomo.maintain_partitions'));
  -- Whoever comes after a lock that is waited for waits as well.
  PERFORM set_config('lock_timeout', '250ms', true);
  -- Rows that the clock has left behind: first, so that they need not be moved.
  DELETE FROM event_default WHERE created_at < at - interval '2 hours';
  FOR i IN 0..2 LOOP
    from_time := date_trunc('hour', at) + make_interval(hours => i);
    PERFORM make_partition('event', 'event_' || to_char(from_time, 'YYYYMMDD_HH24'), 'created_at',
      from_time::text, (from_time + interval '1 hour')::text);
  END LOOP;
  FOR i IN 0..2 LOOP
    from_time := date_trunc('month', at) + make_interval(months => i);
    PERFORM make_partition('message', 'message_' || to_char(from_time, 'YYYYMM'), 'id',
      uuid_from_time(from_time)::text, uuid_from_time(from_time + interval '1 month')::text);
  END LOOP;
  FOR part IN SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
              WHERE i.inhparent = 'event'::regclass AND c.relname ~ '^event_\d{8}_\d{2}$' ORDER BY 1 LOOP
    EXIT WHEN to_timestamp(right(part.relname, 11), 'YYYYMMDD_HH24') >= at - interval '3 hours';
    BEGIN
      EXECUTE format('DROP TABLE %I', part.relname);
    EXCEPTION WHEN lock_not_available THEN
      RAISE LOG 'the hour % of events is in use; it stays for now', part.relname;
      EXIT;
    END;
  END LOOP;
END $$;

ALTER FUNCTION maintain_audit(timestamptz, bigint) SET lock_timeout = '2s';
ALTER FUNCTION maintain_system_log(timestamptz, bigint) SET lock_timeout = '2s';
