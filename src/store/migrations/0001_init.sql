-- Tenants, patients, prescriptions, doses, attempts. What names or describes a person is bytea: AES-256-GCM, with the
-- id of its key in front (src/store/cipher.ts).

CREATE TABLE tenants (
  id          uuid PRIMARY KEY,
  name        text NOT NULL UNIQUE,
  created_at  timestamptz NOT NULL
);

CREATE TABLE api_keys (
  hash        bytea PRIMARY KEY,              -- SHA-256 of the key: the key itself is shown once and kept nowhere
  tenant_id   uuid NOT NULL REFERENCES tenants,
  created_at  timestamptz NOT NULL,
  revoked_at  timestamptz
);

CREATE TABLE idempotency_keys (
  tenant_id   uuid NOT NULL REFERENCES tenants,
  key         text NOT NULL,
  request     bytea NOT NULL,                 -- SHA-256 of method, path and body
  status      smallint NOT NULL,
  response    bytea,                          -- encrypted
  created_at  timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, key)
);
CREATE INDEX idempotency_keys_by_age ON idempotency_keys (created_at);

CREATE TABLE patients (
  id          uuid PRIMARY KEY,
  tenant_id   uuid NOT NULL REFERENCES tenants,
  external_id text NOT NULL,
  name        bytea,
  locale      text NOT NULL,
  zone        text NOT NULL,
  routine     jsonb NOT NULL DEFAULT '{}',
  consent     jsonb NOT NULL,
  quiet_hours jsonb,
  created_at  timestamptz NOT NULL,
  updated_at  timestamptz NOT NULL,
  UNIQUE (tenant_id, external_id)
);

CREATE TABLE contact_points (
  id          uuid PRIMARY KEY,
  tenant_id   uuid NOT NULL REFERENCES tenants,
  patient_id  uuid NOT NULL REFERENCES patients,
  owner       text NOT NULL CHECK (owner IN ('patient', 'caregiver', 'clinician')),
  owner_name  bytea,
  kind        text NOT NULL CHECK (kind IN ('push', 'phone', 'email')),
  value       bytea NOT NULL,
  lookup      bytea NOT NULL,                 -- HMAC of the value: finds the sender of a reply without decrypting
  position    smallint NOT NULL,
  state       text NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'invalid', 'opted_out', 'removed')),
  state_code  text,
  created_at  timestamptz NOT NULL,
  UNIQUE (patient_id, owner, kind, lookup)
);
CREATE INDEX contact_points_by_lookup ON contact_points (lookup);

CREATE TABLE prescriptions (
  id           uuid PRIMARY KEY,
  tenant_id    uuid NOT NULL REFERENCES tenants,
  patient_id   uuid NOT NULL REFERENCES patients,
  external_id  text,
  version      integer NOT NULL DEFAULT 1,
  state        text NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'paused', 'stopped')),
  medication   bytea NOT NULL,
  instructions bytea,
  regimen      jsonb NOT NULL,
  policy       jsonb NOT NULL,
  planned_to   timestamptz NOT NULL,          -- the horizon's cursor: every dose before it has a row
  created_at   timestamptz NOT NULL,
  updated_at   timestamptz NOT NULL,
  UNIQUE (tenant_id, external_id)
);
CREATE INDEX prescriptions_by_patient ON prescriptions (patient_id, id);
CREATE INDEX prescriptions_by_tenant ON prescriptions (tenant_id, id);
CREATE INDEX prescriptions_to_plan ON prescriptions (planned_to) WHERE state = 'active';

CREATE TABLE doses (
  id                   uuid NOT NULL,         -- UUIDv7 of due_at
  local_date           date NOT NULL,         -- in the patient's zone
  slot                 integer NOT NULL,      -- seconds of the local day
  tenant_id            uuid NOT NULL,
  patient_id           uuid NOT NULL,
  prescription_id      uuid NOT NULL,
  prescription_version integer NOT NULL,
  due_at               timestamptz NOT NULL,
  window_ends_at       timestamptz NOT NULL,
  critical             boolean NOT NULL,
  shard                smallint NOT NULL,
  tz_version           text NOT NULL,
  zone                 text NOT NULL,         -- the patient's when the dose was planned
  -- How a local time in a gap or an overlap was read (RFC 5545 3.3.5).
  time_policy          text NOT NULL CHECK (time_policy IN ('gap_before_overlap_first', 'elapsed')),
  state                text NOT NULL DEFAULT 'planned'
    CHECK (state IN ('planned', 'open', 'taken', 'skipped', 'missed', 'undelivered', 'excluded', 'cancelled')),
  reason               text,
  rung                 smallint NOT NULL DEFAULT 0,      -- the next rung of the ladder
  next_action_at       timestamptz,
  opened_at            timestamptz,
  resolved_at          timestamptz,
  missed_at            timestamptz,           -- kept when a late answer turns the miss into taken
  taken_at             timestamptz,
  late                 boolean NOT NULL DEFAULT false,
  PRIMARY KEY (id, local_date),
  CHECK ((state IN ('planned', 'open')) = (next_action_at IS NOT NULL)),
  CHECK ((state IN ('planned', 'open')) = (resolved_at IS NULL)),
  CHECK ((state = 'taken') = (taken_at IS NOT NULL)),
  CHECK (state <> 'open' OR opened_at IS NOT NULL),
  CHECK (state NOT IN ('missed', 'undelivered') OR missed_at IS NOT NULL),
  CHECK (state NOT IN ('skipped', 'undelivered', 'excluded', 'cancelled') OR reason IS NOT NULL)
) PARTITION BY RANGE (local_date);
-- Expanding twice changes nothing. What a change cancelled stays as history beside the dose planned anew.
CREATE UNIQUE INDEX doses_identity ON doses (prescription_id, local_date, slot) WHERE state NOT IN ('cancelled', 'excluded');
-- The one index every scheduler reads: small, because only doses with something left to do are in it.
CREATE INDEX doses_next_action ON doses (shard, next_action_at) WHERE next_action_at IS NOT NULL;
CREATE INDEX doses_by_patient ON doses (patient_id, due_at);
CREATE INDEX doses_by_tenant ON doses (tenant_id, due_at);

CREATE TABLE chunks (
  id          uuid PRIMARY KEY,
  channel     text NOT NULL,
  sender      text NOT NULL,
  critical    boolean NOT NULL,
  size        integer NOT NULL,
  ready_at    timestamptz NOT NULL,
  state       text NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'sending', 'done')),
  fence       integer NOT NULL DEFAULT 0,     -- grows with every claim
  lease_until timestamptz,
  created_at  timestamptz NOT NULL,
  CHECK ((state = 'sending') = (lease_until IS NOT NULL))
) WITH (fillfactor = 70);
CREATE INDEX chunks_live ON chunks (ready_at) WHERE state <> 'done';
CREATE INDEX chunks_by_age ON chunks (created_at) WHERE state = 'done';

CREATE TABLE escalations (
  id              uuid PRIMARY KEY,
  tenant_id       uuid NOT NULL REFERENCES tenants,
  patient_id      uuid NOT NULL REFERENCES patients,
  prescription_id uuid NOT NULL REFERENCES prescriptions,
  kind            text NOT NULL CHECK (kind IN ('missed_critical', 'missed_streak', 'undelivered_critical')),
  state           text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'acknowledged', 'resolved')),
  opened_at       timestamptz NOT NULL,
  acknowledged_at timestamptz,
  acknowledged_by bytea,
  resolved_at     timestamptz,
  resolved_by     bytea,
  resolution      text,
  CHECK (state <> 'acknowledged' OR acknowledged_at IS NOT NULL),
  CHECK ((state = 'resolved') = (resolved_at IS NOT NULL AND resolution IS NOT NULL))
);
CREATE UNIQUE INDEX escalations_one_open ON escalations (patient_id, prescription_id, kind) WHERE state <> 'resolved';
CREATE INDEX escalations_by_tenant ON escalations (tenant_id, state, id);

CREATE TABLE escalation_doses (
  escalation_id uuid NOT NULL REFERENCES escalations,
  dose_id       uuid NOT NULL,
  local_date    date NOT NULL,
  PRIMARY KEY (escalation_id, dose_id)
);
CREATE INDEX escalation_doses_by_dose ON escalation_doses (dose_id);

CREATE TABLE attempts (
  id               uuid NOT NULL,             -- UUIDv7 of created_at
  day              date NOT NULL,             -- UTC day of created_at
  tenant_id        uuid NOT NULL,
  patient_id       uuid NOT NULL,
  dose_id          uuid NOT NULL,
  local_date       date NOT NULL,             -- the dose's partition
  escalation_id    uuid,
  purpose          text NOT NULL CHECK (purpose IN ('reminder', 'caregiver', 'escalation')),
  rung             smallint NOT NULL,
  channel          text NOT NULL,
  contact_point_id uuid,                      -- null: there was nobody to reach, and the rung failed at once
  chunk_id         uuid,
  due_at           timestamptz NOT NULL,      -- when it should leave
  expires_at       timestamptz NOT NULL,      -- when it is worthless
  state            text NOT NULL DEFAULT 'intent'
    CHECK (state IN ('intent', 'accepted', 'delivered', 'failed', 'unknown', 'cancelled')),
  code             text,
  ref              text,                      -- the provider's id of the message
  tries            smallint NOT NULL DEFAULT 0,
  created_at       timestamptz NOT NULL,
  accepted_at      timestamptz,
  delivered_at     timestamptz,
  ended_at         timestamptz,
  check_at         timestamptz,               -- when an unknown message is asked for at the provider
  PRIMARY KEY (id, day),
  CHECK ((purpose = 'escalation') = (escalation_id IS NOT NULL)),
  CHECK ((state = 'unknown') = (check_at IS NOT NULL)),
  CHECK (state <> 'accepted' OR accepted_at IS NOT NULL),
  CHECK (state <> 'delivered' OR delivered_at IS NOT NULL),
  CHECK (state NOT IN ('failed', 'cancelled') OR (ended_at IS NOT NULL AND code IS NOT NULL))
) PARTITION BY RANGE (day);
CREATE INDEX attempts_by_dose ON attempts (dose_id);
CREATE INDEX attempts_by_chunk ON attempts (chunk_id) WHERE chunk_id IS NOT NULL;
-- Not `WHERE state = …`: naming a column here would keep its every update from being HOT.
CREATE INDEX attempts_unknown ON attempts (check_at) WHERE check_at IS NOT NULL;

CREATE TABLE confirmations (
  id          uuid PRIMARY KEY,
  tenant_id   uuid NOT NULL,
  dose_id     uuid NOT NULL,
  local_date  date NOT NULL,
  answer      text NOT NULL CHECK (answer IN ('taken', 'skipped', 'snoozed')),
  road        text NOT NULL CHECK (road IN ('push_action', 'sms_reply', 'link', 'api')),
  reason      bytea,
  taken_at    timestamptz,
  reported_at timestamptz NOT NULL,
  late        boolean NOT NULL,
  effect      text NOT NULL CHECK (effect IN ('applied', 'repeated', 'refused')),
  source_id   text UNIQUE,                    -- the provider's id of the reply: a repeated webhook is one answer
  CHECK (answer <> 'taken' OR taken_at IS NOT NULL)
);
CREATE INDEX confirmations_by_dose ON confirmations (dose_id);

CREATE TABLE inbound_messages (
  sid         text PRIMARY KEY,               -- the provider's id: a repeated webhook changes nothing
  sender      bytea NOT NULL,                 -- HMAC, as contact_points.lookup
  body        bytea NOT NULL,
  intent      text NOT NULL,
  dose_id     uuid,
  reply       bytea,
  received_at timestamptz NOT NULL
);

-- Monthly partitions of doses and attempts that cover [from_day, to_day]. Safe to repeat and to run concurrently: after the
-- wait for the lock only CREATE TABLE itself sees what another session made meanwhile.
CREATE FUNCTION make_partitions(from_day date, to_day date) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  month date := date_trunc('month', from_day);
  parent text;
  child text;
BEGIN
  WHILE month <= to_day LOOP
    FOREACH parent IN ARRAY ARRAY['doses', 'attempts'] LOOP
      child := parent || to_char(month, '_YYYY_MM');
      IF to_regclass(child) IS NULL THEN
        PERFORM pg_advisory_xact_lock(hashtext('make_partitions'));
        EXECUTE format('CREATE TABLE IF NOT EXISTS %I PARTITION OF %I FOR VALUES FROM (%L) TO (%L) WITH (fillfactor = 80)',
                       child, parent, month, month + interval '1 month');
      END IF;
    END LOOP;
    month := month + interval '1 month';
  END LOOP;
END $$;
