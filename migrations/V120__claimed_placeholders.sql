-- What is hidden in a guest's words is sealed under the guest's key. Who takes them over takes this along, sealed
-- under their own: the server seals, the database puts one placeholder in the place of the other.

-- What is hidden in what a guest said; nobody begins a turn or a claim of it until the transaction ends.
CREATE FUNCTION guest_placeholders(tenant uuid, guest uuid) RETURNS SETOF text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE said text;
BEGIN
  PERFORM FROM app_user WHERE tenant_id = tenant AND id = guest AND role = 'guest' AND deleted_at IS NULL FOR UPDATE;
  IF NOT FOUND THEN RETURN; END IF;
  PERFORM FROM conversation WHERE tenant_id = tenant AND user_id = guest FOR UPDATE;
  FOREACH said IN ARRAY ARRAY['conversation', 'message', 'turn', 'event', 'action', 'reminder'] LOOP
    RETURN QUERY EXECUTE format($q$
      SELECT DISTINCT p.found[1] FROM %I t,
        regexp_matches(t::text, '\[\[(?:cpf|cnpj|email|phone|card):[a-z2-7]+\]\]', 'g') AS p(found)
      WHERE t.tenant_id = $1 AND t.user_id = $2 $q$, said) USING tenant, guest;
  END LOOP;
END $$;

CREATE FUNCTION resealed(said text, old text[], new text[]) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
  IF position('[[' IN said) > 0 THEN
    FOR i IN 1 .. cardinality(old) LOOP
      said := replace(said, old[i], new[i]);
    END LOOP;
  END IF;
  RETURN said;
END $$;

-- In whatever of these rows is text, and of a guest alone.
CREATE FUNCTION reseal_guest(tenant uuid, guest uuid, old text[], new text[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE said text;
BEGIN
  PERFORM FROM app_user WHERE tenant_id = tenant AND id = guest AND role = 'guest' AND deleted_at IS NULL;
  IF NOT FOUND THEN RETURN; END IF;
  FOREACH said IN ARRAY ARRAY['conversation', 'message', 'turn', 'event', 'action', 'reminder'] LOOP
    EXECUTE (
      SELECT format('UPDATE %I t SET ', said)
        || string_agg(format('%1$I = resealed(t.%1$I::text, $3, $4)::%2$s', a.attname, a.atttypid::regtype), ', ')
        || ' WHERE t.tenant_id = $1 AND t.user_id = $2 AND position(''[['' IN t::text) > 0'
      FROM pg_attribute a
      WHERE a.attrelid = said::regclass AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
        AND a.atttypid IN ('text'::regtype, 'json'::regtype, 'jsonb'::regtype)) USING tenant, guest, old, new;
  END LOOP;
END $$;

REVOKE EXECUTE ON FUNCTION guest_placeholders(uuid, uuid), resealed(text, text[], text[]),
  reseal_guest(uuid, uuid, text[], text[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION guest_placeholders(uuid, uuid), reseal_guest(uuid, uuid, text[], text[]) TO ${system};
