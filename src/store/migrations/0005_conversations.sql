-- Conversations: what patients answer, three more channels, consent with its history, threads, and callbacks out.

ALTER TABLE contact_points DROP CONSTRAINT contact_points_kind_check;
ALTER TABLE contact_points
  ADD CONSTRAINT contact_points_kind_check CHECK (kind IN ('push', 'webpush', 'phone', 'whatsapp', 'email')),
  ADD COLUMN wrote_at timestamptz;                          -- when this person last wrote to us here: a session of WhatsApp

ALTER TABLE patients ADD COLUMN can_read boolean NOT NULL DEFAULT true;       -- false: called instead of written to
ALTER TABLE tenants ADD COLUMN conversation jsonb NOT NULL DEFAULT '{}';      -- its own texts, phrases and numbers
ALTER TABLE doses ADD COLUMN snoozes smallint NOT NULL DEFAULT 0;             -- how often it was put off

ALTER TABLE confirmations DROP CONSTRAINT confirmations_road_check;
ALTER TABLE confirmations ADD CONSTRAINT confirmations_road_check CHECK (road IN
  ('push_action', 'webpush_action', 'sms_reply', 'whatsapp_reply', 'voice_key', 'link', 'api'));

-- A case may be about what somebody wrote, of a patient without a dose too.
ALTER TABLE escalations DROP CONSTRAINT escalations_kind_check, ALTER COLUMN prescription_id DROP NOT NULL;
ALTER TABLE escalations ADD CONSTRAINT escalations_kind_check CHECK (kind IN
  ('missed_critical', 'missed_streak', 'undelivered_critical',
   'urgent_reply', 'problem_reply', 'wrong_person', 'unclear_reply', 'unreachable'));
DROP INDEX escalations_one_open;
CREATE UNIQUE INDEX escalations_one_open ON escalations (patient_id, prescription_id, kind) NULLS NOT DISTINCT
  WHERE state <> 'resolved';

-- A message that a person wrote to a patient; what leaves is an attempt of it.
CREATE TABLE messages (
  id               uuid PRIMARY KEY,
  tenant_id        uuid NOT NULL REFERENCES tenants(id),
  patient_id       uuid NOT NULL REFERENCES patients(id),
  contact_point_id uuid NOT NULL REFERENCES contact_points(id),
  body             bytea NOT NULL,
  author           bytea NOT NULL,
  created_at       timestamptz NOT NULL
);
CREATE INDEX messages_by_patient ON messages (patient_id, id);

ALTER TABLE attempts DROP CONSTRAINT attempts_purpose_check, DROP CONSTRAINT attempts_check;
ALTER TABLE attempts
  ALTER COLUMN dose_id DROP NOT NULL, ALTER COLUMN local_date DROP NOT NULL,
  ADD COLUMN message_id uuid,
  ADD COLUMN may_have_left boolean NOT NULL DEFAULT false,  -- a try got no answer, and was repeated without proof that it did not leave
  ADD CONSTRAINT attempts_purpose_check CHECK (purpose IN ('reminder', 'caregiver', 'escalation', 'message')),
  ADD CONSTRAINT attempts_case_check CHECK ((purpose = 'escalation') = (escalation_id IS NOT NULL)),
  ADD CONSTRAINT attempts_message_check CHECK ((purpose = 'message') = (message_id IS NOT NULL)),
  ADD CONSTRAINT attempts_dose_check CHECK
    ((dose_id IS NULL) = (local_date IS NULL) AND (dose_id IS NOT NULL OR purpose IN ('escalation', 'message')));
CREATE INDEX attempts_by_case ON attempts (escalation_id) WHERE escalation_id IS NOT NULL;
CREATE INDEX attempts_by_message ON attempts (message_id) WHERE message_id IS NOT NULL;
ALTER TABLE dead_letters ALTER COLUMN dose_id DROP NOT NULL, ALTER COLUMN local_date DROP NOT NULL;

-- Whose message it was, as far as that is known: a shared phone's may be anybody's.
ALTER TABLE inbound_messages
  ADD COLUMN channel    text NOT NULL DEFAULT 'sms',
  ADD COLUMN tenant_id  uuid REFERENCES tenants(id),
  ADD COLUMN patient_id uuid REFERENCES patients(id);
CREATE INDEX inbound_by_sender ON inbound_messages (sender, received_at);
CREATE INDEX inbound_by_patient ON inbound_messages (patient_id, received_at) WHERE patient_id IS NOT NULL;

-- What a sender was asked, with what may be answered: "1 Mañana 08:00, 2 Mediodía 12:00, 9 todas".
CREATE TABLE questions (
  id         uuid PRIMARY KEY,
  sender     bytea NOT NULL,                                -- HMAC, as contact_points.lookup
  channel    text NOT NULL,
  kind       text NOT NULL CHECK (kind IN ('which_dose', 'who', 'clarify')),
  answer     text CHECK (answer IN ('taken', 'skipped', 'snoozed')),          -- what was said of the dose to be named
  options    jsonb NOT NULL,                                -- [{"n": 1, "doseIds": […]}]
  state      text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'answered', 'replaced')),
  asked_at   timestamptz NOT NULL,
  expires_at timestamptz NOT NULL
);
CREATE UNIQUE INDEX questions_one_open ON questions (sender, channel) WHERE state = 'open';

-- Every change of what a patient agreed to; what holds now stands on patients.consent and contact_points.state.
CREATE TABLE consent_events (
  id               uuid PRIMARY KEY,
  tenant_id        uuid NOT NULL REFERENCES tenants(id),
  patient_id       uuid NOT NULL REFERENCES patients(id),
  contact_point_id uuid REFERENCES contact_points(id),      -- null: all of the patient's
  channel          text,                                    -- null: every channel
  purpose          text NOT NULL CHECK (purpose IN ('reminders', 'critical_in_quiet_hours')),
  granted          boolean NOT NULL,
  source           text NOT NULL CHECK (source IN ('api', 'reply', 'provider', 'mail_link')),
  source_id        text,                                    -- the provider's id of the message that said it
  at               timestamptz NOT NULL
);
CREATE INDEX consent_events_by_patient ON consent_events (patient_id, id);

-- Where a tenant's own systems are told of what happens (Standard Webhooks), and what they were told.
CREATE TABLE callback_endpoints (
  id               uuid PRIMARY KEY,
  tenant_id        uuid NOT NULL REFERENCES tenants(id),
  url              bytea NOT NULL,
  secret           bytea NOT NULL,
  old_secret       bytea,                                   -- signs beside the new one until then
  old_secret_until timestamptz,
  events           text[] NOT NULL,
  state            text NOT NULL DEFAULT 'enabled' CHECK (state IN ('enabled', 'disabled')),
  failing_since    timestamptz,                             -- the first failure since the last success
  held_until       timestamptz,                             -- it asked to be left alone until then
  created_at       timestamptz NOT NULL,
  CHECK ((old_secret IS NULL) = (old_secret_until IS NULL))
);
CREATE INDEX callback_endpoints_by_tenant ON callback_endpoints (tenant_id, id);

-- Written with what it tells. It refers to no endpoint: that a tenant removes one must never fail an answer or a dose's end.
CREATE TABLE callbacks (
  id          uuid PRIMARY KEY,                             -- its webhook-id, the same on every try
  endpoint_id uuid NOT NULL,
  tenant_id   uuid NOT NULL,
  event       text NOT NULL,
  payload     jsonb NOT NULL,                               -- ids, states and instants
  state       text NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'delivered', 'failed')),
  tries       smallint NOT NULL DEFAULT 0,
  next_at     timestamptz,                                  -- when it is tried, or when its lease is over
  status      smallint,                                     -- the last answer's; null: none came
  created_at  timestamptz NOT NULL,
  CHECK ((state = 'pending') = (next_at IS NOT NULL))
);
CREATE INDEX callbacks_due ON callbacks (endpoint_id, next_at) WHERE next_at IS NOT NULL;
CREATE INDEX callbacks_by_tenant ON callbacks (tenant_id, id);
CREATE INDEX callbacks_failed ON callbacks (tenant_id, id) WHERE state = 'failed';

ALTER TABLE incidents DROP CONSTRAINT incidents_kind_check, ADD CONSTRAINT incidents_kind_check CHECK (kind IN
  ('provider_down', 'channel_down', 'tenant_silent', 'patient_silent', 'outage', 'restored', 'quarantined',
   'callbacks_disabled'));

-- A UUIDv7 as the services make them, for rows that a statement makes of others.
CREATE FUNCTION uuid_v7(at timestamptz) RETURNS uuid LANGUAGE sql VOLATILE PARALLEL SAFE AS $$
  SELECT encode(set_bit(set_bit(overlay(uuid_send(gen_random_uuid())
    PLACING substring(int8send((extract(epoch FROM at) * 1000)::bigint) FROM 3) FROM 1 FOR 6), 52, 1), 53, 1), 'hex')::uuid
$$;
