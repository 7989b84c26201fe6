-- When a tenant is billed next: kept for whoever bills it, nothing here acts on it.
ALTER TABLE tenant ADD COLUMN next_billing_date date;

-- As in V088__erasure.sql, and the date goes too.
CREATE OR REPLACE FUNCTION end_erasure(the_erasure uuid, at timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE e erasure;
BEGIN
  e := erasure_under_way(the_erasure);
  IF e.kind = 'tenant' THEN
    UPDATE tenant SET name = 'erased', status = 'suspended', token_quota = 0, quota_resets_at = NULL,
      next_billing_date = NULL, settings = '{}', updated_at = at WHERE id = e.subject_id;
  END IF;
  UPDATE erasure SET status = 'done', ended_at = at WHERE id = the_erasure;
END $$;
