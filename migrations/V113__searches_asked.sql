-- What was searched is among what was asked, with its words as they are told of (masked where the tenant wants it), and
-- the documents that were found. Words go when messages do, where all messages of a tenant go after a time; the address
-- goes with them, since one hash is of both.
CREATE INDEX asked_query ON asked (tenant_id, id) WHERE query IS NOT NULL;

-- What of it would go now, by tenant; nothing is changed.
CREATE FUNCTION queries_due(at timestamptz, all_channels boolean) RETURNS TABLE (tenant_id uuid, queries bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT k.tenant_id, count(*) FROM retention_cutoffs(at, all_channels) k
  JOIN asked a ON a.tenant_id = k.tenant_id AND a.id < uuid_from_time(k.before) AND a.query IS NOT NULL
  WHERE k.whole GROUP BY 1 ORDER BY 1
$$;

-- Blanks some of it; gives how many, nothing at the end.
CREATE FUNCTION expire_queries(at timestamptz, all_channels boolean, most integer)
RETURNS TABLE (tenant_id uuid, queries bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
DECLARE cut record;
BEGIN
  FOR cut IN SELECT * FROM retention_cutoffs(at, all_channels) k WHERE k.whole LOOP
    UPDATE asked SET query = NULL, address = NULL, salt = NULL
      WHERE id = ANY (ARRAY(SELECT a.id FROM asked a WHERE a.tenant_id = cut.tenant_id
        AND a.id < uuid_from_time(cut.before) AND a.query IS NOT NULL ORDER BY a.id LIMIT most));
    GET DIAGNOSTICS queries = ROW_COUNT;
    IF queries > 0 THEN
      tenant_id := cut.tenant_id;
      RETURN NEXT;
    END IF;
  END LOOP;
END $$;

-- The searches of several users in one statement. Arrays are parallel, an element a search; documents as the text of
-- an array.
CREATE FUNCTION add_searches(tenants uuid[], users uuid[], searches uuid[], kinds text[], credentials text[],
  addresses text[], queries text[], documents text[], ats timestamptz[]) RETURNS void LANGUAGE sql AS $$
  INSERT INTO asked (id, tenant_id, action, actor_kind, actor_id, credential, search_id, asked_at, ended_at, outcome,
      documents, address, query, salt, personal_hash)
  SELECT asked_id(), s.tenant, 'search.ask', s.kind, s.usr, s.credential, s.search, s.at, clock_timestamp(), 'completed',
    s.found::uuid[], s.address, s.query, s.salt, asked_hash(s.salt, s.address, s.query)
  FROM (SELECT u.*, CASE WHEN u.address IS NOT NULL OR u.query IS NOT NULL THEN uuid_send(gen_random_uuid()) END AS salt
    FROM unnest(tenants, users, searches, kinds, credentials, addresses, queries, documents, ats)
      AS u(tenant, usr, search, kind, credential, address, query, found, at) OFFSET 0) s
$$;

GRANT EXECUTE ON FUNCTION queries_due(timestamptz, boolean), expire_queries(timestamptz, boolean, integer),
  add_searches(uuid[], uuid[], uuid[], text[], text[], text[], text[], text[], timestamptz[]) TO ${system};
