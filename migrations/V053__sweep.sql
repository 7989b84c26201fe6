-- Which of these files any document names, of whatever tenant: for the sweep of orphans, which must not see
-- more than that. The last part of a key is the hash of the file, which is indexed.
CREATE FUNCTION files_in_use(keys text[]) RETURNS TABLE (file_key text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT DISTINCT d.file_key FROM unnest(keys) AS k (key)
    JOIN document d ON d.sha256 = decode(CASE WHEN right(k.key, 64) ~ '^[0-9a-f]{64}$' THEN right(k.key, 64) END, 'hex')
      AND d.file_key = k.key
$$;
GRANT EXECUTE ON FUNCTION files_in_use(text[]) TO ${system};
