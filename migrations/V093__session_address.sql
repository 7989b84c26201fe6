-- From where a sign-in was last used, for the list of one's sessions.
ALTER TABLE refresh_token ADD COLUMN address text NOT NULL DEFAULT '' CHECK (length(address) <= 64);
