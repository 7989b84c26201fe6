-- A title that is the beginning of what was said must not end within a placeholder, which could not be opened any
-- more: each counts as one character, unless there are so many that the title would be no title.
CREATE FUNCTION beginning_of(said text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE WHEN length(whole) <= 2000 THEN whole ELSE left(whole, 80) END
  FROM substring(regexp_replace(said, '\s+', ' ', 'g')
    FROM '^(?:\[\[(?:cpf|cnpj|email|phone|card):[a-z2-7]+\]\]|.){0,80}') AS whole
$$;

-- begin_turns stays as it is but for that.
DO $$
BEGIN
  EXECUTE replace(pg_get_functiondef('begin_turns'::regproc),
    $cut$left(regexp_replace(f.content, '\s+', ' ', 'g'), 80)$cut$, 'beginning_of(f.content)');
END $$;

-- What a user may write in 300 characters is longer with placeholders in it.
ALTER TABLE conversation DROP CONSTRAINT conversation_title_check,
  ADD CONSTRAINT conversation_title_check CHECK (length(title) <= 4000);
ALTER TABLE reminder DROP CONSTRAINT reminder_title_check,
  ADD CONSTRAINT reminder_title_check CHECK (length(title) BETWEEN 1 AND 4000);
ALTER TABLE reminder DROP CONSTRAINT reminder_description_check,
  ADD CONSTRAINT reminder_description_check CHECK (length(description) <= 40000);
