-- begin_turns was written anew after V096, as it was before it: once more, titles do not end within a placeholder.
DO $$
BEGIN
  EXECUTE replace(pg_get_functiondef('begin_turns'::regproc),
    $cut$left(regexp_replace(f.content, '\s+', ' ', 'g'), 80)$cut$, 'beginning_of(f.content)');
END $$;
