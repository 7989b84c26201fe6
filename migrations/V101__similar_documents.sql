-- Documents that say what a new one says. They are reported, and refuse nothing: see docs/decisions/0031.

-- The numbers of a text as they are written, without the points and commas within them.
CREATE FUNCTION numbers_of(body text) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT coalesce(array_agg(translate(m[1], '.,', '')), '{}')
  FROM regexp_matches(body, '(\d+(?:[.,]\d+)*)', 'g') AS m
$$;

-- Which documents hold, each by itself, nearly all of these passages of a document that goes into a collection: at
-- least nine in ten are within a distance of one of theirs. Of documents that the caller sees, only those are
-- looked at that everybody sees who sees the new one, so that no answer names what its reader may not know.
--
-- Vectors hardly tell 2023 from 2024, and a year more is another law. So the numbers must be the same too: those of
-- the titles, where both have any, and nine in ten of those that stand in the passages, of all and of the long ones.
--
-- Costs a search by meaning a passage, and for most documents three in all: it ends when no document can come to
-- nine in ten any more. itself: rows that are the same document, such as the one that it replaces.
CREATE FUNCTION find_similar(tenant uuid, usr uuid, caller_role text, into_collection uuid, itself uuid[],
  model smallint, new_title text, passages text[], vectors real[], dimensions integer, farthest double precision,
  exact_up_to integer)
RETURNS TABLE (document_id uuid, title text, share double precision)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
DECLARE
  my_tenant uuid; my_user uuid; goes_into collection; visible uuid[]; in_scope bigint; nearest text;
  asked integer := cardinality(passages);
  misses integer := cardinality(passages) / 10;
  -- Passages of what it replaces are near too; some of its own stand in nobody's way.
  wanted integer := 16 + least(48, (SELECT coalesce(sum(d.chunk_count), 0) FROM document d WHERE d.id = ANY (itself)))::integer;
  ids uuid[]; distances double precision[]; near uuid[] := '{}'; holders uuid[] := '{}'; met uuid[];
BEGIN
  PERFORM act_as(tenant, usr, caller_role);
  my_tenant := app_tenant();
  my_user := app_user();
  SELECT * INTO goes_into FROM collection c WHERE c.id = into_collection
    AND (c.tenant_id IS NULL OR c.tenant_id = my_tenant AND (c.user_id IS NULL OR c.user_id = my_user));
  IF my_tenant IS NULL OR goes_into.id IS NULL THEN
    RETURN;
  END IF;
  SELECT array_agg(c.id), coalesce(sum(c.chunk_count), 0) INTO visible, in_scope FROM collection c
    WHERE c.tenant_id IS NULL
      OR c.tenant_id = goes_into.tenant_id AND (c.user_id IS NULL OR c.user_id = goes_into.user_id);
  nearest := CASE WHEN in_scope > exact_up_to THEN 'nearest_m' ELSE 'nearest_exact_m' END || model;
  FOR i IN 1 .. asked LOOP
    EXECUTE format('SELECT array_agg(n.chunk_id), array_agg(n.distance) FROM %I($1, $2, false, NULL, NULL, NULL, $3, NULL, NULL) n', nearest)
      INTO ids, distances USING vectors[(i - 1) * dimensions + 1 : i * dimensions]::vector::halfvec, visible, wanted;
    SELECT array_agg(c.id), array_agg(DISTINCT c.document_id) INTO ids, met
      FROM unnest(ids, distances) AS n (id, distance) JOIN chunk c ON c.id = n.id
      -- The title is in the vector: the same words under another one may be far.
      WHERE (n.distance <= farthest OR c.text = passages[i]) AND c.document_id <> ALL (itself)
        AND (c.tenant_id IS NULL
          OR c.tenant_id = goes_into.tenant_id AND (c.user_id IS NULL OR c.user_id = goes_into.user_id));
    near := near || ids;
    holders := holders || met;
    IF i - (SELECT coalesce(max(h.times), 0) FROM (
        SELECT count(*) AS times FROM unnest(holders) AS u (id) GROUP BY u.id) h) > misses THEN
      RETURN;
    END IF;
  END LOOP;
  RETURN QUERY
    WITH holder AS (
      SELECT u.id, count(*)::integer AS times FROM unnest(holders) AS u (id) GROUP BY u.id
      HAVING asked - count(*) <= misses
    ), told AS (
      -- What stands on one side of a passage's border here may stand on the other side there.
      SELECT h.id, numbers_of(string_agg(o.text, ' ')) AS numbers
      FROM holder h JOIN chunk o ON o.document_id = h.id
      WHERE EXISTS (SELECT FROM chunk c WHERE c.id = ANY (near) AND c.document_id = h.id
        AND o.chunk_index BETWEEN c.chunk_index - 1 AND c.chunk_index + 1)
      GROUP BY h.id
    ), mention AS (
      SELECT m.number, length(m.number) > 2 AS is_long FROM unnest(numbers_of(array_to_string(passages, ' '))) AS m (number)
    )
    SELECT d.id, d.title, h.times::double precision / asked
    FROM holder h JOIN told t ON t.id = h.id JOIN document d ON d.id = h.id
    WHERE d.status = 'indexed'
      AND (numbers_of(d.title) = numbers_of(new_title) OR numbers_of(d.title) = '{}' OR numbers_of(new_title) = '{}')
      AND NOT EXISTS (SELECT FROM mention m
        HAVING 10 * count(*) FILTER (WHERE m.number <> ALL (t.numbers)) > count(*)
          OR 10 * count(*) FILTER (WHERE m.is_long AND m.number <> ALL (t.numbers)) > count(*) FILTER (WHERE m.is_long))
    ORDER BY h.times DESC, d.id DESC LIMIT 5;
END $$;
GRANT EXECUTE ON FUNCTION
  find_similar(uuid, uuid, text, uuid, uuid[], smallint, text, text[], real[], integer, double precision, integer)
  TO ${app};
