-- A UUIDv7 of the moment, to a quarter of a microsecond (RFC 9562, 6.2, method 3): what was asked in one millisecond
-- stood in any order.
CREATE OR REPLACE FUNCTION asked_id() RETURNS uuid LANGUAGE sql VOLATILE AS $$
  SELECT (overlay(lpad(to_hex(floor(extract(epoch FROM clock_timestamp()) * 4096000)::bigint), 15, '0')
      PLACING '7' FROM 13 FOR 0)
    || substr(replace(gen_random_uuid()::text, '-', ''), 17))::uuid
$$;
