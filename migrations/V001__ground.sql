-- The ground: who there is, what is said, what is known, what is to be done, and what happened.
--
-- Roles. The owner (DATABASE_URL) runs this file and nothing else. ${app} serves users: it owns
-- nothing and every row it sees passes a policy. ${system} does what is across tenants: it has
-- policies of its own, only on the tables it needs. Both logins are made before this file runs.
--
-- A policy compares with (select app_tenant()), which is null when the transaction has not said who
-- it works for: nothing is visible then. Grants are on parents only, so that a partition cannot be
-- read by its name. Foreign keys between rows of a tenant carry tenant_id, because their checks
-- bypass policies.

CREATE EXTENSION IF NOT EXISTS vector;
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE EXTENSION IF NOT EXISTS unaccent;

REVOKE ALL ON SCHEMA public FROM PUBLIC;
-- From here on a function that the owner makes is nobody's until it is granted, by name.
ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO ${app}, ${system};

-- Who the transaction works for. Empty strings come back on a reused connection after SET LOCAL.
CREATE FUNCTION app_tenant() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
  RETURN nullif(current_setting('app.tenant_id', true), '')::uuid;
CREATE FUNCTION app_user() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
  RETURN nullif(current_setting('app.user_id', true), '')::uuid;
-- superuser, admin, operator, member; null when not said.
CREATE FUNCTION app_role() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
  RETURN nullif(current_setting('app.role', true), '');
-- May the caller see what belongs to this user? One's own things; an administrator those of the tenant.
CREATE FUNCTION app_sees_user(owner uuid) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
  RETURN owner = app_user() OR app_role() IN ('admin', 'superuser');

-- ── Installation ────────────────────────────────────────────────────────────────────────────────

-- Sealed keys and the like, one row a name; values are ciphertext under the installation secret.
CREATE TABLE sealed_secret (
  name       text PRIMARY KEY,
  value      bytea NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now()
);

-- The epoch of every stream position. Unlogged on purpose: PostgreSQL empties it when it recovers
-- from a crash, which is just when commits made with synchronous_commit=off may be lost; a clean
-- restart keeps it. Backups leave its data out. Whoever finds it empty makes a new epoch.
CREATE UNLOGGED TABLE stream_epoch (
  singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),
  epoch     text NOT NULL
);

-- A running server. Its lease covers all turns that it runs: renewed each second, taken when late.
CREATE TABLE node (
  id         uuid PRIMARY KEY,
  started_at timestamptz NOT NULL,
  lease_until timestamptz NOT NULL
);

-- ── Identity ────────────────────────────────────────────────────────────────────────────────────

CREATE TABLE tenant (
  id           uuid PRIMARY KEY,
  name         text NOT NULL CHECK (length(name) BETWEEN 1 AND 160),
  plan         text NOT NULL DEFAULT 'starter' CHECK (plan IN ('starter', 'pro', 'scale', 'enterprise')),
  status       text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'suspended', 'trial')),
  token_quota  bigint NOT NULL DEFAULT 10000 CHECK (token_quota >= 0),
  quota_resets_at timestamptz,
  settings     jsonb NOT NULL DEFAULT '{}',
  created_at   timestamptz NOT NULL DEFAULT now(),
  updated_at   timestamptz NOT NULL DEFAULT now(),
  deleted_at   timestamptz
);

CREATE TABLE app_user (
  id            uuid PRIMARY KEY,
  tenant_id     uuid NOT NULL REFERENCES tenant ON DELETE CASCADE,
  email         text CHECK (length(email) <= 254),
  password_hash text,
  name          text NOT NULL CHECK (length(name) BETWEEN 1 AND 255),
  role          text NOT NULL DEFAULT 'member' CHECK (role IN ('superuser', 'admin', 'operator', 'member')),
  locale        text NOT NULL DEFAULT 'pt-BR',
  time_zone     text NOT NULL DEFAULT 'America/Sao_Paulo',
  avatar        text,
  is_active     boolean NOT NULL DEFAULT true,
  voice_enrolled boolean NOT NULL DEFAULT false,
  metadata      jsonb NOT NULL DEFAULT '{}',
  last_login_at timestamptz,
  last_interaction_at timestamptz,
  created_at    timestamptz NOT NULL DEFAULT now(),
  updated_at    timestamptz NOT NULL DEFAULT now(),
  deleted_at    timestamptz,
  UNIQUE (tenant_id, id)
);
-- E-mails are unique in the installation, however they are capitalised.
CREATE UNIQUE INDEX app_user_email ON app_user (lower(email)) WHERE email IS NOT NULL AND deleted_at IS NULL;

-- Refresh tokens are stored hashed. One is used once; using it again ends its whole family.
CREATE TABLE refresh_token (
  id         uuid PRIMARY KEY,
  family_id  uuid NOT NULL,
  tenant_id  uuid NOT NULL,
  user_id    uuid NOT NULL,
  token_hash bytea NOT NULL UNIQUE,
  created_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  used_at    timestamptz,
  revoked_at timestamptz,
  FOREIGN KEY (tenant_id, user_id) REFERENCES app_user (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX refresh_token_family ON refresh_token (family_id);
CREATE INDEX refresh_token_user ON refresh_token (tenant_id, user_id);

CREATE TABLE api_key (
  id           uuid PRIMARY KEY,
  tenant_id    uuid NOT NULL,
  user_id      uuid NOT NULL,
  name         text NOT NULL CHECK (length(name) BETWEEN 1 AND 120),
  prefix       text NOT NULL,
  key_hash     bytea NOT NULL UNIQUE,
  expires_at   timestamptz,
  last_used_at timestamptz,
  revoked_at   timestamptz,
  created_at   timestamptz NOT NULL DEFAULT now(),
  FOREIGN KEY (tenant_id, user_id) REFERENCES app_user (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX api_key_user ON api_key (tenant_id, user_id);

-- The first answer to a creating POST, repeated for the same key for 24 hours.
CREATE TABLE idempotency_key (
  tenant_id    uuid NOT NULL,
  user_id      uuid NOT NULL,
  key          text NOT NULL CHECK (length(key) BETWEEN 1 AND 255),
  fingerprint  bytea NOT NULL,
  status       integer,
  content_type text,
  body         text,
  created_at   timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, user_id, key),
  FOREIGN KEY (tenant_id, user_id) REFERENCES app_user (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX idempotency_key_age ON idempotency_key (created_at);

-- ── Streams: every fact that a live session hears ───────────────────────────────────────────────

-- A channel is user:{id} or conversation:{id}; its row's lock orders its events. fence and writer:
-- the one turn that may append deltas now; whoever takes a turn away raises the fence.
CREATE TABLE channel (
  id          uuid PRIMARY KEY,
  kind        text NOT NULL CHECK (kind IN ('user', 'conversation')),
  tenant_id   uuid NOT NULL,
  user_id     uuid NOT NULL,
  last_offset bigint NOT NULL DEFAULT 0,
  writer      uuid,
  fence       bigint NOT NULL DEFAULT 0,
  FOREIGN KEY (tenant_id, user_id) REFERENCES app_user (tenant_id, id) ON DELETE CASCADE
) WITH (fillfactor = 60);
CREATE INDEX channel_user ON channel (tenant_id, user_id);

-- Offsets are contiguous per channel, given under the lock of the channel's row. Partitioned by the
-- hour, so that streams end by DROP and not by DELETE; kept for at least 10 minutes after a turn.
CREATE TABLE event (
  channel_id uuid NOT NULL,
  "offset"   bigint NOT NULL,
  tenant_id  uuid NOT NULL,
  user_id    uuid NOT NULL,
  type       text NOT NULL,
  payload    json NOT NULL,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (channel_id, "offset", created_at)
) PARTITION BY RANGE (created_at);
CREATE TABLE event_default PARTITION OF event DEFAULT;

-- ── Chat ────────────────────────────────────────────────────────────────────────────────────────

CREATE TABLE conversation (
  id              uuid PRIMARY KEY,
  tenant_id       uuid NOT NULL,
  user_id         uuid NOT NULL,
  title           text NOT NULL DEFAULT '' CHECK (length(title) <= 300),
  channel         text NOT NULL DEFAULT 'web',
  model           text,
  collections     uuid[],
  external_id     text,
  client_id       text,
  source          text,
  message_count   integer NOT NULL DEFAULT 0,
  started_at      timestamptz NOT NULL,
  last_message_at timestamptz NOT NULL,
  ended_at        timestamptz,
  duration_seconds integer GENERATED ALWAYS AS
    (extract(epoch FROM coalesce(ended_at, last_message_at) - started_at)::integer) STORED,
  satisfaction_score double precision CHECK (satisfaction_score BETWEEN 0 AND 1),
  metadata        jsonb NOT NULL DEFAULT '{}',
  UNIQUE (tenant_id, id),
  FOREIGN KEY (tenant_id, user_id) REFERENCES app_user (tenant_id, id) ON DELETE CASCADE
) WITH (fillfactor = 70);
CREATE INDEX conversation_user ON conversation (tenant_id, user_id, id DESC);

-- Ids are UUIDv7, so a range of ids is a range of time: partitioned by the month on id alone, plain
-- primary and foreign keys work.
CREATE TABLE message (
  id              uuid PRIMARY KEY,
  tenant_id       uuid NOT NULL,
  user_id         uuid NOT NULL,
  conversation_id uuid NOT NULL,
  turn_id         uuid,
  role            text NOT NULL CHECK (role IN ('user', 'assistant', 'system')),
  type            text NOT NULL DEFAULT 'text',
  content         text NOT NULL,
  "references"    json NOT NULL DEFAULT '[]',
  rag_context     json NOT NULL DEFAULT '[]',
  prompt_tokens   integer NOT NULL DEFAULT 0,
  completion_tokens integer NOT NULL DEFAULT 0,
  model           text,
  intent          text,
  confidence      double precision,
  latency_ms      integer,
  time_to_first_token_ms integer,
  interrupted     boolean NOT NULL DEFAULT false,
  source          text,
  audio_duration_ms integer,
  transcription_model text,
  feedback_score  smallint CHECK (feedback_score BETWEEN 1 AND 5),
  feedback_comment text,
  metadata        jsonb NOT NULL DEFAULT '{}',
  created_at      timestamptz NOT NULL,
  FOREIGN KEY (tenant_id, conversation_id) REFERENCES conversation (tenant_id, id) ON DELETE CASCADE
) PARTITION BY RANGE (id);
CREATE TABLE message_default PARTITION OF message DEFAULT;
CREATE INDEX message_conversation ON message (conversation_id, id);
CREATE INDEX message_user ON message (tenant_id, user_id, id DESC);

-- One turn: a user's message, its retrieval, its answer, its actions.
--   queued → retrieving → running → completed | cancelled | failed
-- message_id is the assistant's message, known from the start, written at the end.
CREATE TABLE turn (
  id                uuid PRIMARY KEY,
  tenant_id         uuid NOT NULL,
  user_id           uuid NOT NULL,
  conversation_id   uuid NOT NULL,
  client_message_id text NOT NULL CHECK (length(client_message_id) BETWEEN 1 AND 120),
  user_message_id   uuid NOT NULL,
  message_id        uuid NOT NULL,
  status            text NOT NULL CHECK (status IN ('queued', 'retrieving', 'running', 'completed', 'cancelled', 'failed')),
  request           json NOT NULL,
  node_id           uuid NOT NULL,
  fence             bigint NOT NULL DEFAULT 0,
  error_code        text,
  error_detail      text,
  retryable         boolean NOT NULL DEFAULT false,
  created_at        timestamptz NOT NULL,
  started_at        timestamptz,
  ended_at          timestamptz,
  FOREIGN KEY (tenant_id, conversation_id) REFERENCES conversation (tenant_id, id) ON DELETE CASCADE
) WITH (fillfactor = 80);
-- A repeated client_message_id is the same turn.
CREATE UNIQUE INDEX turn_client_message ON turn (user_id, client_message_id);
CREATE INDEX turn_conversation ON turn (conversation_id, id);
CREATE INDEX turn_active ON turn (conversation_id) WHERE status IN ('queued', 'retrieving', 'running');

-- The ledger of model calls: it outlives the messages.
CREATE TABLE usage (
  id                uuid PRIMARY KEY,
  tenant_id         uuid NOT NULL REFERENCES tenant ON DELETE CASCADE,
  user_id           uuid,
  conversation_id   uuid,
  turn_id           uuid,
  model             text NOT NULL,
  prompt_tokens     integer NOT NULL CHECK (prompt_tokens >= 0),
  completion_tokens integer NOT NULL CHECK (completion_tokens >= 0),
  cost              numeric(14, 8) NOT NULL DEFAULT 0,
  created_at        timestamptz NOT NULL
);
CREATE INDEX usage_tenant ON usage (tenant_id, created_at);

-- ── Knowledge ───────────────────────────────────────────────────────────────────────────────────

-- scope global: no tenant, readable by all, written by the superuser. tenant: no user. user: one's own.
CREATE TABLE collection (
  id         uuid PRIMARY KEY,
  tenant_id  uuid REFERENCES tenant ON DELETE CASCADE,
  user_id    uuid,
  scope      text NOT NULL CHECK (scope IN ('global', 'tenant', 'user')),
  name       text NOT NULL CHECK (length(name) BETWEEN 1 AND 160),
  created_at timestamptz NOT NULL DEFAULT now(),
  CHECK ((scope = 'global') = (tenant_id IS NULL)),
  CHECK ((scope = 'user') = (user_id IS NOT NULL)),
  UNIQUE (tenant_id, id),
  FOREIGN KEY (tenant_id, user_id) REFERENCES app_user (tenant_id, id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX collection_name ON collection
  (coalesce(tenant_id, '00000000-0000-0000-0000-000000000000'), coalesce(user_id, '00000000-0000-0000-0000-000000000000'), lower(name));

CREATE TABLE document (
  id            uuid PRIMARY KEY,
  collection_id uuid NOT NULL REFERENCES collection ON DELETE CASCADE,
  tenant_id     uuid,
  user_id       uuid,
  title         text NOT NULL CHECK (length(title) BETWEEN 1 AND 500),
  source        text,
  source_type   text NOT NULL,
  language      text NOT NULL DEFAULT '',
  sha256        bytea NOT NULL,
  file_name     text,
  file_size     bigint NOT NULL DEFAULT 0,
  file_key      text,
  status        text NOT NULL CHECK (status IN ('pending', 'indexed', 'failed')),
  chunk_count   integer NOT NULL DEFAULT 0,
  metadata      jsonb NOT NULL DEFAULT '{}',
  created_by    uuid,
  created_at    timestamptz NOT NULL DEFAULT now(),
  updated_at    timestamptz NOT NULL DEFAULT now(),
  UNIQUE (tenant_id, id),
  FOREIGN KEY (tenant_id, collection_id) REFERENCES collection (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX document_collection ON document (collection_id, id);
CREATE INDEX document_sha256 ON document (sha256);
CREATE INDEX document_source ON document (source) WHERE source IS NOT NULL;
CREATE INDEX document_title ON document USING gin (title gin_trgm_ops);

CREATE TABLE chunk (
  id            uuid PRIMARY KEY,
  document_id   uuid NOT NULL REFERENCES document ON DELETE CASCADE,
  collection_id uuid NOT NULL,
  tenant_id     uuid,
  user_id       uuid,
  chunk_index   integer NOT NULL,
  heading       text NOT NULL DEFAULT '',
  text          text NOT NULL,
  context       text NOT NULL DEFAULT '',
  kind          text NOT NULL DEFAULT 'prose' CHECK (kind IN ('prose', 'code', 'table')),
  language      text NOT NULL DEFAULT '',
  page          integer,
  char_from     integer NOT NULL DEFAULT 0,
  char_to       integer NOT NULL DEFAULT 0,
  fingerprint   bytea NOT NULL,
  tsv           tsvector NOT NULL,
  created_at    timestamptz NOT NULL DEFAULT now(),
  indexed_at    timestamptz,
  UNIQUE (document_id, chunk_index)
);
CREATE INDEX chunk_collection ON chunk (collection_id);
CREATE INDEX chunk_tsv ON chunk USING gin (tsv);

CREATE TABLE embedding_model (
  id         smallint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name       text NOT NULL UNIQUE,
  dimensions integer NOT NULL CHECK (dimensions BETWEEN 1 AND 4000),
  is_active  boolean NOT NULL DEFAULT false,
  created_at timestamptz NOT NULL DEFAULT now()
);

-- halfvec without a dimension, since a partition cannot change the type; each partition checks its
-- own dimension and has its own index.
CREATE TABLE embedding (
  model_id      smallint NOT NULL REFERENCES embedding_model,
  chunk_id      uuid NOT NULL REFERENCES chunk ON DELETE CASCADE,
  collection_id uuid NOT NULL,
  tenant_id     uuid,
  user_id       uuid,
  e             halfvec NOT NULL,
  PRIMARY KEY (model_id, chunk_id)
) PARTITION BY LIST (model_id);
CREATE INDEX embedding_collection ON embedding (collection_id);
CREATE INDEX embedding_chunk ON embedding (chunk_id);

-- ── Actions and reminders ───────────────────────────────────────────────────────────────────────

--   pending → executing → success | failed;   pending → success | failed
CREATE TABLE action (
  id              uuid PRIMARY KEY,
  tenant_id       uuid NOT NULL,
  user_id         uuid NOT NULL,
  conversation_id uuid,
  turn_id         uuid,
  message_id      uuid,
  type            text NOT NULL CHECK (type IN ('iot_control', 'reminder', 'query')),
  name            text NOT NULL CHECK (length(name) BETWEEN 1 AND 120),
  parameters      jsonb NOT NULL DEFAULT '{}',
  status          text NOT NULL DEFAULT 'pending' CHECK (status IN ('pending', 'executing', 'success', 'failed')),
  result          jsonb,
  error_code      text,
  error_message   text,
  executed_at     timestamptz,
  deadline        timestamptz NOT NULL,
  created_at      timestamptz NOT NULL,
  FOREIGN KEY (tenant_id, user_id) REFERENCES app_user (tenant_id, id) ON DELETE CASCADE,
  FOREIGN KEY (tenant_id, conversation_id) REFERENCES conversation (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX action_user ON action (tenant_id, user_id, id DESC);
CREATE INDEX action_conversation ON action (conversation_id);
CREATE INDEX action_due ON action (deadline) WHERE status IN ('pending', 'executing');

--   pending → triggered | cancelled;   snoozed and recurring ones return to pending
CREATE TABLE reminder (
  id              uuid PRIMARY KEY,
  tenant_id       uuid NOT NULL,
  user_id         uuid NOT NULL,
  conversation_id uuid,
  title           text NOT NULL CHECK (length(title) BETWEEN 1 AND 300),
  description     text NOT NULL DEFAULT '' CHECK (length(description) <= 4000),
  scheduled_at    timestamptz NOT NULL,
  rrule           text,
  series_start    timestamptz NOT NULL,
  time_zone       text NOT NULL,
  status          text NOT NULL DEFAULT 'pending' CHECK (status IN ('pending', 'triggered', 'cancelled')),
  triggered_at    timestamptz,
  acknowledged_at timestamptz,
  metadata        jsonb NOT NULL DEFAULT '{}',
  created_at      timestamptz NOT NULL,
  updated_at      timestamptz NOT NULL,
  FOREIGN KEY (tenant_id, user_id) REFERENCES app_user (tenant_id, id) ON DELETE CASCADE,
  FOREIGN KEY (tenant_id, conversation_id) REFERENCES conversation (tenant_id, id) ON DELETE SET NULL (conversation_id)
);
CREATE INDEX reminder_user ON reminder (tenant_id, user_id, scheduled_at);
CREATE INDEX reminder_due ON reminder (scheduled_at) WHERE status = 'pending';

-- ── Policies ────────────────────────────────────────────────────────────────────────────────────

ALTER TABLE sealed_secret   ENABLE ROW LEVEL SECURITY;
ALTER TABLE node            ENABLE ROW LEVEL SECURITY;
ALTER TABLE tenant          ENABLE ROW LEVEL SECURITY;
ALTER TABLE app_user        ENABLE ROW LEVEL SECURITY;
ALTER TABLE refresh_token   ENABLE ROW LEVEL SECURITY;
ALTER TABLE api_key         ENABLE ROW LEVEL SECURITY;
ALTER TABLE idempotency_key ENABLE ROW LEVEL SECURITY;
ALTER TABLE channel         ENABLE ROW LEVEL SECURITY;
ALTER TABLE event           ENABLE ROW LEVEL SECURITY;
ALTER TABLE event_default   ENABLE ROW LEVEL SECURITY;
ALTER TABLE conversation    ENABLE ROW LEVEL SECURITY;
ALTER TABLE message         ENABLE ROW LEVEL SECURITY;
ALTER TABLE message_default ENABLE ROW LEVEL SECURITY;
ALTER TABLE turn            ENABLE ROW LEVEL SECURITY;
ALTER TABLE usage           ENABLE ROW LEVEL SECURITY;
ALTER TABLE collection      ENABLE ROW LEVEL SECURITY;
ALTER TABLE document        ENABLE ROW LEVEL SECURITY;
ALTER TABLE chunk           ENABLE ROW LEVEL SECURITY;
ALTER TABLE embedding       ENABLE ROW LEVEL SECURITY;
ALTER TABLE action          ENABLE ROW LEVEL SECURITY;
ALTER TABLE reminder        ENABLE ROW LEVEL SECURITY;

CREATE POLICY app ON tenant TO ${app}
  USING (id = (SELECT app_tenant()) OR (SELECT app_role()) = 'superuser');
CREATE POLICY app ON app_user TO ${app}
  USING (tenant_id = (SELECT app_tenant()) OR (SELECT app_role()) = 'superuser');
CREATE POLICY app ON refresh_token TO ${app}
  USING (tenant_id = (SELECT app_tenant()) AND user_id = (SELECT app_user()));
CREATE POLICY app ON api_key TO ${app}
  USING (tenant_id = (SELECT app_tenant()) AND user_id = (SELECT app_user()));
CREATE POLICY app ON idempotency_key TO ${app}
  USING (tenant_id = (SELECT app_tenant()) AND user_id = (SELECT app_user()));
CREATE POLICY app ON channel TO ${app}
  USING (tenant_id = (SELECT app_tenant()) AND user_id = (SELECT app_user()));
CREATE POLICY app ON event TO ${app}
  USING (tenant_id = (SELECT app_tenant()) AND user_id = (SELECT app_user()));
CREATE POLICY app ON conversation TO ${app}
  USING (tenant_id = (SELECT app_tenant()) AND user_id = (SELECT app_user()));
CREATE POLICY app ON message TO ${app}
  USING (tenant_id = (SELECT app_tenant()) AND user_id = (SELECT app_user()));
CREATE POLICY app ON turn TO ${app}
  USING (tenant_id = (SELECT app_tenant()) AND user_id = (SELECT app_user()));
CREATE POLICY app ON usage TO ${app}
  USING (tenant_id = (SELECT app_tenant()) AND (user_id = (SELECT app_user()) OR (SELECT app_role()) IN ('admin', 'superuser')));
CREATE POLICY app ON action TO ${app}
  USING (tenant_id = (SELECT app_tenant()) AND user_id = (SELECT app_user()));
CREATE POLICY app ON reminder TO ${app}
  USING (tenant_id = (SELECT app_tenant()) AND user_id = (SELECT app_user()));

-- Global rows are read by every signed-in user and written by the superuser alone.
CREATE POLICY app_read ON collection FOR SELECT TO ${app}
  USING ((SELECT app_tenant()) IS NOT NULL AND (tenant_id IS NULL
    OR tenant_id = (SELECT app_tenant()) AND (user_id IS NULL OR user_id = (SELECT app_user()))));
CREATE POLICY app_write ON collection TO ${app}
  USING (tenant_id = (SELECT app_tenant()) AND (user_id IS NULL OR user_id = (SELECT app_user()))
    OR tenant_id IS NULL AND (SELECT app_role()) = 'superuser');
CREATE POLICY app_read ON document FOR SELECT TO ${app}
  USING ((SELECT app_tenant()) IS NOT NULL AND (tenant_id IS NULL
    OR tenant_id = (SELECT app_tenant()) AND (user_id IS NULL OR user_id = (SELECT app_user()))));
CREATE POLICY app_write ON document TO ${app}
  USING (tenant_id = (SELECT app_tenant()) AND (user_id IS NULL OR user_id = (SELECT app_user()))
    OR tenant_id IS NULL AND (SELECT app_role()) = 'superuser');
CREATE POLICY app_read ON chunk FOR SELECT TO ${app}
  USING ((SELECT app_tenant()) IS NOT NULL AND (tenant_id IS NULL
    OR tenant_id = (SELECT app_tenant()) AND (user_id IS NULL OR user_id = (SELECT app_user()))));
CREATE POLICY app_write ON chunk TO ${app}
  USING (tenant_id = (SELECT app_tenant()) AND (user_id IS NULL OR user_id = (SELECT app_user()))
    OR tenant_id IS NULL AND (SELECT app_role()) = 'superuser');
CREATE POLICY app_read ON embedding FOR SELECT TO ${app}
  USING ((SELECT app_tenant()) IS NOT NULL AND (tenant_id IS NULL
    OR tenant_id = (SELECT app_tenant()) AND (user_id IS NULL OR user_id = (SELECT app_user()))));
CREATE POLICY app_write ON embedding TO ${app}
  USING (tenant_id = (SELECT app_tenant()) AND (user_id IS NULL OR user_id = (SELECT app_user()))
    OR tenant_id IS NULL AND (SELECT app_role()) = 'superuser');

-- What is across tenants, and nothing more: see docs/operations/roles.md.
CREATE POLICY system ON sealed_secret   TO ${system} USING (true);
CREATE POLICY system ON node            TO ${system} USING (true);
CREATE POLICY system ON tenant          TO ${system} USING (true);
CREATE POLICY system ON app_user        TO ${system} USING (true);
CREATE POLICY system ON refresh_token   TO ${system} USING (true);
CREATE POLICY system ON api_key         TO ${system} USING (true);
CREATE POLICY system ON idempotency_key FOR ALL TO ${system} USING (true);
CREATE POLICY system ON channel         TO ${system} USING (true);
CREATE POLICY system ON event           TO ${system} USING (true);
CREATE POLICY system ON conversation    TO ${system} USING (true);
CREATE POLICY system ON message         TO ${system} USING (true);
CREATE POLICY system ON turn            TO ${system} USING (true);
CREATE POLICY system ON usage           TO ${system} USING (true);
CREATE POLICY system ON action          TO ${system} USING (true);
CREATE POLICY system ON reminder        TO ${system} USING (true);

GRANT SELECT, INSERT, UPDATE, DELETE ON
  tenant, app_user, refresh_token, api_key, idempotency_key, conversation,
  collection, document, chunk, embedding, reminder TO ${app};
GRANT SELECT, INSERT, UPDATE ON channel, turn, action TO ${app};
GRANT SELECT, INSERT ON event, usage TO ${app};
GRANT SELECT, INSERT, UPDATE (feedback_score, feedback_comment) ON message TO ${app};
GRANT SELECT ON embedding_model, stream_epoch TO ${app};

GRANT SELECT, INSERT ON sealed_secret, stream_epoch, embedding_model TO ${system};
GRANT SELECT, INSERT, UPDATE, DELETE ON node TO ${system};
GRANT SELECT, INSERT ON tenant TO ${system};
GRANT SELECT, INSERT, UPDATE (last_login_at, last_interaction_at, password_hash) ON app_user TO ${system};
GRANT SELECT, INSERT, UPDATE, DELETE ON refresh_token TO ${system};
GRANT SELECT, UPDATE (last_used_at) ON api_key TO ${system};
GRANT SELECT, DELETE ON idempotency_key TO ${system};
GRANT SELECT, INSERT, UPDATE ON channel TO ${system};
GRANT SELECT, INSERT ON event TO ${system};
GRANT SELECT, UPDATE (message_count, last_message_at, ended_at) ON conversation TO ${system};
GRANT SELECT, INSERT ON message TO ${system};
GRANT SELECT, UPDATE ON turn TO ${system};
GRANT SELECT, INSERT ON usage TO ${system};
GRANT SELECT, UPDATE ON action, reminder TO ${system};

-- ── Functions ───────────────────────────────────────────────────────────────────────────────────

-- The epoch of all stream positions; made anew when a crash has emptied the table.
CREATE FUNCTION stream_epoch() RETURNS text LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE found text;
BEGIN
  SELECT epoch INTO found FROM stream_epoch;
  IF found IS NULL THEN
    INSERT INTO stream_epoch (epoch) VALUES (left(md5(gen_random_uuid()::text), 8)) ON CONFLICT DO NOTHING;
    SELECT epoch INTO found FROM stream_epoch;
  END IF;
  RETURN found;
END $$;

-- Says for whom the transaction works. Local: gone at its end.
CREATE FUNCTION act_as(tenant uuid, usr uuid, role text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM set_config('app.tenant_id', coalesce(tenant::text, ''), true),
          set_config('app.user_id', coalesce(usr::text, ''), true),
          set_config('app.role', coalesce(role, ''), true);
END $$;

-- Appends events to one channel, made if it is not there yet; gives the offset of the last.
CREATE FUNCTION append_events(chan uuid, chan_kind text, tenant uuid, usr uuid, types text[], payloads text[], at timestamptz)
RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE last bigint; n int := cardinality(types);
BEGIN
  UPDATE channel SET last_offset = last_offset + n WHERE id = chan RETURNING last_offset INTO last;
  IF last IS NULL THEN
    INSERT INTO channel (id, kind, tenant_id, user_id, last_offset) VALUES (chan, chan_kind, tenant, usr, n)
      ON CONFLICT (id) DO UPDATE SET last_offset = channel.last_offset + n RETURNING last_offset INTO last;
  END IF;
  INSERT INTO event (channel_id, "offset", tenant_id, user_id, type, payload, created_at)
    SELECT chan, last - n + i, tenant, usr, types[i], payloads[i]::json, at FROM generate_series(1, n) AS i;
  RETURN last;
END $$;

-- Makes the partitions of the coming days and drops streams that have ended long ago. Owner-defined,
-- since the roles own nothing. Called at start and by a timer.
CREATE FUNCTION maintain_partitions(at timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET timezone = 'UTC' AS $$
DECLARE from_time timestamptz; name text; part record;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('mordomo.maintain_partitions'));
  FOR i IN 0..2 LOOP
    from_time := date_trunc('hour', at) + make_interval(hours => i);
    name := 'event_' || to_char(from_time, 'YYYYMMDD_HH24');
    IF to_regclass(name) IS NULL THEN
      EXECUTE format('CREATE TABLE %I PARTITION OF event FOR VALUES FROM (%L) TO (%L)',
        name, from_time, from_time + interval '1 hour');
      EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
    END IF;
  END LOOP;
  FOR i IN 0..2 LOOP
    from_time := date_trunc('month', at) + make_interval(months => i);
    name := 'message_' || to_char(from_time, 'YYYYMM');
    IF to_regclass(name) IS NULL THEN
      EXECUTE format('CREATE TABLE %I PARTITION OF message FOR VALUES FROM (%L) TO (%L)',
        name, uuid_from_time(from_time), uuid_from_time(from_time + interval '1 month'));
      EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
    END IF;
  END LOOP;
  -- Rows land in the default partition only when the clock jumps; they end like the rest.
  DELETE FROM event_default WHERE created_at < at - interval '2 hours';
  FOR part IN SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
              WHERE i.inhparent = 'event'::regclass AND c.relname ~ '^event_\d{8}_\d{2}$' LOOP
    IF to_timestamp(right(part.relname, 11), 'YYYYMMDD_HH24') < at - interval '3 hours' THEN
      EXECUTE format('DROP TABLE %I', part.relname);
    END IF;
  END LOOP;
END $$;

-- The least UUIDv7 of a moment (RFC 9562: 48 bits of milliseconds first), as a partition bound.
CREATE FUNCTION uuid_from_time(at timestamptz) RETURNS uuid LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN (lpad(to_hex(floor(extract(epoch FROM at) * 1000)::bigint), 12, '0') || '00000000000000000000')::uuid;

GRANT EXECUTE ON FUNCTION
  app_tenant(), app_user(), app_role(), app_sees_user(uuid), stream_epoch(), act_as(uuid, uuid, text),
  append_events(uuid, text, uuid, uuid, text[], text[], timestamptz) TO ${app}, ${system};
GRANT EXECUTE ON FUNCTION maintain_partitions(timestamptz), uuid_from_time(timestamptz) TO ${system};

SELECT maintain_partitions(now());
SELECT stream_epoch();
