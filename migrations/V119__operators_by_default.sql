-- As the requirement has it (E1): who is made a user of a tenant without a word about their role keeps its documents, too.
-- Guests and those who sign in elsewhere for the first time are members, and are made so by name.
ALTER TABLE app_user ALTER COLUMN role SET DEFAULT 'operator';
