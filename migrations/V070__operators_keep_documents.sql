-- A tenant's documents are written by its operators and administrators; members write their own.

DO $$
DECLARE kind text;
BEGIN
  FOREACH kind IN ARRAY ARRAY['collection', 'document', 'chunk', 'embedding'] LOOP
    EXECUTE format($policy$
      ALTER POLICY app_write ON %I
        USING (tenant_id = (SELECT app_tenant())
            AND (user_id = (SELECT app_user())
              OR user_id IS NULL AND (SELECT app_role()) IN ('operator', 'admin', 'superuser'))
          OR tenant_id IS NULL AND (SELECT app_role()) = 'superuser')
      $policy$, kind);
  END LOOP;
END $$;
