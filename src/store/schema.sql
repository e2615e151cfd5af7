CREATE TABLE api_keys (
  hash bytea NOT NULL,
  tenant_id uuid NOT NULL,
  created_at timestamp with time zone NOT NULL,
  revoked_at timestamp with time zone
);

CREATE TABLE attempts (
  id uuid NOT NULL,
  day date NOT NULL,
  tenant_id uuid NOT NULL,
  patient_id uuid NOT NULL,
  dose_id uuid,
  local_date date,
  escalation_id uuid,
  purpose text NOT NULL,
  rung smallint NOT NULL,
  channel text NOT NULL,
  contact_point_id uuid,
  chunk_id uuid,
  due_at timestamp with time zone NOT NULL,
  expires_at timestamp with time zone NOT NULL,
  state text NOT NULL DEFAULT 'intent'::text,
  code text,
  ref text,
  tries smallint NOT NULL DEFAULT 0,
  created_at timestamp with time zone NOT NULL,
  accepted_at timestamp with time zone,
  delivered_at timestamp with time zone,
  ended_at timestamp with time zone,
  check_at timestamp with time zone,
  account text,
  lost smallint NOT NULL DEFAULT 0,
  message_id uuid,
  may_have_left boolean NOT NULL DEFAULT false
) PARTITION BY RANGE (day);

CREATE TABLE attendance (
  one_row boolean NOT NULL DEFAULT true,
  seen_at timestamp with time zone NOT NULL,
  away_until timestamp with time zone
) WITH (fillfactor=50);

CREATE TABLE callback_endpoints (
  id uuid NOT NULL,
  tenant_id uuid NOT NULL,
  url bytea NOT NULL,
  secret bytea NOT NULL,
  old_secret bytea,
  old_secret_until timestamp with time zone,
  events text[] NOT NULL,
  state text NOT NULL DEFAULT 'enabled'::text,
  failing_since timestamp with time zone,
  held_until timestamp with time zone,
  created_at timestamp with time zone NOT NULL
);

CREATE TABLE callbacks (
  id uuid NOT NULL,
  endpoint_id uuid NOT NULL,
  tenant_id uuid NOT NULL,
  event text NOT NULL,
  payload jsonb NOT NULL,
  state text NOT NULL DEFAULT 'pending'::text,
  tries smallint NOT NULL DEFAULT 0,
  next_at timestamp with time zone,
  status smallint,
  created_at timestamp with time zone NOT NULL
);

CREATE TABLE chunks (
  id uuid NOT NULL,
  channel text NOT NULL,
  critical boolean NOT NULL,
  size integer NOT NULL,
  ready_at timestamp with time zone NOT NULL,
  state text NOT NULL DEFAULT 'queued'::text,
  fence integer NOT NULL DEFAULT 0,
  lease_until timestamp with time zone,
  created_at timestamp with time zone NOT NULL,
  account text,
  expires_at timestamp with time zone NOT NULL,
  turn integer NOT NULL DEFAULT 1
) WITH (fillfactor=70);

CREATE TABLE confirmations (
  id uuid NOT NULL,
  tenant_id uuid NOT NULL,
  dose_id uuid NOT NULL,
  local_date date NOT NULL,
  answer text NOT NULL,
  road text NOT NULL,
  reason bytea,
  taken_at timestamp with time zone,
  reported_at timestamp with time zone NOT NULL,
  late boolean NOT NULL,
  effect text NOT NULL,
  source_id text
);

CREATE TABLE consent_events (
  id uuid NOT NULL,
  tenant_id uuid NOT NULL,
  patient_id uuid NOT NULL,
  contact_point_id uuid,
  channel text,
  purpose text NOT NULL,
  granted boolean NOT NULL,
  source text NOT NULL,
  source_id text,
  at timestamp with time zone NOT NULL
);

CREATE TABLE contact_points (
  id uuid NOT NULL,
  tenant_id uuid NOT NULL,
  patient_id uuid NOT NULL,
  owner text NOT NULL,
  owner_name bytea,
  kind text NOT NULL,
  value bytea NOT NULL,
  lookup bytea NOT NULL,
  "position" smallint NOT NULL,
  state text NOT NULL DEFAULT 'active'::text,
  state_code text,
  created_at timestamp with time zone NOT NULL,
  wrote_at timestamp with time zone
);

CREATE TABLE dead_letters (
  id uuid NOT NULL,
  kind text NOT NULL,
  subject uuid NOT NULL,
  dose_id uuid,
  local_date date,
  tenant_id uuid NOT NULL,
  patient_id uuid NOT NULL,
  reason text NOT NULL,
  tries integer NOT NULL,
  state text NOT NULL,
  useful_until timestamp with time zone NOT NULL,
  retry_at timestamp with time zone,
  first_at timestamp with time zone NOT NULL,
  last_at timestamp with time zone NOT NULL
);

CREATE TABLE doses (
  id uuid NOT NULL,
  local_date date NOT NULL,
  slot integer NOT NULL,
  tenant_id uuid NOT NULL,
  patient_id uuid NOT NULL,
  prescription_id uuid NOT NULL,
  prescription_version integer NOT NULL,
  due_at timestamp with time zone NOT NULL,
  window_ends_at timestamp with time zone NOT NULL,
  critical boolean NOT NULL,
  shard smallint NOT NULL,
  tz_version text NOT NULL,
  zone text NOT NULL,
  time_policy text NOT NULL,
  state text NOT NULL DEFAULT 'planned'::text,
  reason text,
  rung smallint NOT NULL DEFAULT 0,
  next_action_at timestamp with time zone,
  opened_at timestamp with time zone,
  resolved_at timestamp with time zone,
  missed_at timestamp with time zone,
  taken_at timestamp with time zone,
  late boolean NOT NULL DEFAULT false,
  snoozes smallint NOT NULL DEFAULT 0
) PARTITION BY RANGE (local_date);

CREATE TABLE escalation_doses (
  escalation_id uuid NOT NULL,
  dose_id uuid NOT NULL,
  local_date date NOT NULL
);

CREATE TABLE escalations (
  id uuid NOT NULL,
  tenant_id uuid NOT NULL,
  patient_id uuid NOT NULL,
  prescription_id uuid,
  kind text NOT NULL,
  state text NOT NULL DEFAULT 'open'::text,
  opened_at timestamp with time zone NOT NULL,
  acknowledged_at timestamp with time zone,
  acknowledged_by bytea,
  resolved_at timestamp with time zone,
  resolved_by bytea,
  resolution text
);

CREATE TABLE idempotency_keys (
  tenant_id uuid NOT NULL,
  key text NOT NULL,
  request bytea NOT NULL,
  status smallint NOT NULL,
  response bytea,
  created_at timestamp with time zone NOT NULL
);

CREATE TABLE inbound_messages (
  sid text NOT NULL,
  sender bytea NOT NULL,
  body bytea NOT NULL,
  intent text NOT NULL,
  dose_id uuid,
  reply bytea,
  received_at timestamp with time zone NOT NULL,
  channel text NOT NULL DEFAULT 'sms'::text,
  tenant_id uuid,
  patient_id uuid
);

CREATE TABLE incidents (
  id uuid NOT NULL,
  kind text NOT NULL,
  subject text NOT NULL,
  opened_at timestamp with time zone NOT NULL,
  closed_at timestamp with time zone,
  tenant_id uuid,
  affected integer NOT NULL DEFAULT 0
);

CREATE TABLE messages (
  id uuid NOT NULL,
  tenant_id uuid NOT NULL,
  patient_id uuid NOT NULL,
  contact_point_id uuid NOT NULL,
  body bytea NOT NULL,
  author bytea NOT NULL,
  created_at timestamp with time zone NOT NULL
);

CREATE TABLE migrations (
  name text NOT NULL,
  applied_at timestamp with time zone NOT NULL DEFAULT now()
);

CREATE TABLE patients (
  id uuid NOT NULL,
  tenant_id uuid NOT NULL,
  external_id text NOT NULL,
  name bytea,
  locale text NOT NULL,
  zone text NOT NULL,
  routine jsonb NOT NULL DEFAULT '{}'::jsonb,
  consent jsonb NOT NULL,
  quiet_hours jsonb,
  created_at timestamp with time zone NOT NULL,
  updated_at timestamp with time zone NOT NULL,
  deceased_at timestamp with time zone,
  can_read boolean NOT NULL DEFAULT true
);

CREATE TABLE prescriptions (
  id uuid NOT NULL,
  tenant_id uuid NOT NULL,
  patient_id uuid NOT NULL,
  external_id text,
  version integer NOT NULL DEFAULT 1,
  state text NOT NULL DEFAULT 'active'::text,
  medication bytea NOT NULL,
  instructions bytea,
  regimen jsonb NOT NULL,
  policy jsonb NOT NULL,
  planned_to timestamp with time zone NOT NULL,
  created_at timestamp with time zone NOT NULL,
  updated_at timestamp with time zone NOT NULL
);

CREATE TABLE proofs (
  tenant_id uuid NOT NULL,
  day date NOT NULL,
  due integer NOT NULL,
  taken integer NOT NULL,
  skipped integer NOT NULL,
  missed integer NOT NULL,
  undelivered integer NOT NULL,
  excluded integer NOT NULL,
  open integer NOT NULL,
  unaccounted integer NOT NULL,
  unknown integer NOT NULL,
  made_at timestamp with time zone NOT NULL
);

CREATE TABLE provider_refs (
  account text NOT NULL,
  ref text NOT NULL,
  attempt_id uuid,
  created_at timestamp with time zone NOT NULL
);

CREATE TABLE questions (
  id uuid NOT NULL,
  sender bytea NOT NULL,
  channel text NOT NULL,
  kind text NOT NULL,
  answer text,
  options jsonb NOT NULL,
  state text NOT NULL DEFAULT 'open'::text,
  asked_at timestamp with time zone NOT NULL,
  expires_at timestamp with time zone NOT NULL
);

CREATE TABLE silence_check (
  one_row boolean NOT NULL DEFAULT true,
  checked_to timestamp with time zone NOT NULL,
  checked_at timestamp with time zone,
  lease_until timestamp with time zone NOT NULL
);

CREATE TABLE tenants (
  id uuid NOT NULL,
  name text NOT NULL,
  created_at timestamp with time zone NOT NULL,
  weight smallint NOT NULL DEFAULT 1,
  spread_seconds smallint NOT NULL DEFAULT 0,
  peak_per_minute integer,
  conversation jsonb NOT NULL DEFAULT '{}'::jsonb
);

ALTER TABLE api_keys ADD CONSTRAINT api_keys_pkey PRIMARY KEY (hash);

ALTER TABLE attempts ADD CONSTRAINT attempts_pkey PRIMARY KEY (id, day);

ALTER TABLE attendance ADD CONSTRAINT attendance_pkey PRIMARY KEY (one_row);

ALTER TABLE callback_endpoints ADD CONSTRAINT callback_endpoints_pkey PRIMARY KEY (id);

ALTER TABLE callbacks ADD CONSTRAINT callbacks_pkey PRIMARY KEY (id);

ALTER TABLE chunks ADD CONSTRAINT chunks_pkey PRIMARY KEY (id);

ALTER TABLE confirmations ADD CONSTRAINT confirmations_pkey PRIMARY KEY (id);

ALTER TABLE confirmations ADD CONSTRAINT confirmations_source_id_key UNIQUE (source_id);

ALTER TABLE consent_events ADD CONSTRAINT consent_events_pkey PRIMARY KEY (id);

ALTER TABLE contact_points ADD CONSTRAINT contact_points_patient_id_owner_kind_lookup_key UNIQUE (patient_id, owner, kind, lookup);

ALTER TABLE contact_points ADD CONSTRAINT contact_points_pkey PRIMARY KEY (id);

ALTER TABLE dead_letters ADD CONSTRAINT dead_letters_pkey PRIMARY KEY (id);

ALTER TABLE doses ADD CONSTRAINT doses_pkey PRIMARY KEY (id, local_date);

ALTER TABLE escalation_doses ADD CONSTRAINT escalation_doses_pkey PRIMARY KEY (escalation_id, dose_id);

ALTER TABLE escalations ADD CONSTRAINT escalations_pkey PRIMARY KEY (id);

ALTER TABLE idempotency_keys ADD CONSTRAINT idempotency_keys_pkey PRIMARY KEY (tenant_id, key);

ALTER TABLE inbound_messages ADD CONSTRAINT inbound_messages_pkey PRIMARY KEY (sid);

ALTER TABLE incidents ADD CONSTRAINT incidents_pkey PRIMARY KEY (id);

ALTER TABLE messages ADD CONSTRAINT messages_pkey PRIMARY KEY (id);

ALTER TABLE migrations ADD CONSTRAINT migrations_pkey PRIMARY KEY (name);

ALTER TABLE patients ADD CONSTRAINT patients_pkey PRIMARY KEY (id);

ALTER TABLE patients ADD CONSTRAINT patients_tenant_id_external_id_key UNIQUE (tenant_id, external_id);

ALTER TABLE prescriptions ADD CONSTRAINT prescriptions_pkey PRIMARY KEY (id);

ALTER TABLE prescriptions ADD CONSTRAINT prescriptions_tenant_id_external_id_key UNIQUE (tenant_id, external_id);

ALTER TABLE proofs ADD CONSTRAINT proofs_pkey PRIMARY KEY (tenant_id, day);

ALTER TABLE provider_refs ADD CONSTRAINT provider_refs_pkey PRIMARY KEY (account, ref);

ALTER TABLE questions ADD CONSTRAINT questions_pkey PRIMARY KEY (id);

ALTER TABLE silence_check ADD CONSTRAINT silence_check_pkey PRIMARY KEY (one_row);

ALTER TABLE tenants ADD CONSTRAINT tenants_name_key UNIQUE (name);

ALTER TABLE tenants ADD CONSTRAINT tenants_pkey PRIMARY KEY (id);

ALTER TABLE attempts ADD CONSTRAINT attempts_case_check CHECK (((purpose = 'escalation'::text) = (escalation_id IS NOT NULL)));

ALTER TABLE attempts ADD CONSTRAINT attempts_check1 CHECK (((state = 'unknown'::text) = (check_at IS NOT NULL)));

ALTER TABLE attempts ADD CONSTRAINT attempts_check2 CHECK (((state <> 'accepted'::text) OR (accepted_at IS NOT NULL)));

ALTER TABLE attempts ADD CONSTRAINT attempts_check3 CHECK (((state <> 'delivered'::text) OR (delivered_at IS NOT NULL)));

ALTER TABLE attempts ADD CONSTRAINT attempts_check4 CHECK (((state <> ALL (ARRAY['failed'::text, 'cancelled'::text])) OR ((ended_at IS NOT NULL) AND (code IS NOT NULL))));

ALTER TABLE attempts ADD CONSTRAINT attempts_dose_check CHECK ((((dose_id IS NULL) = (local_date IS NULL)) AND ((dose_id IS NOT NULL) OR (purpose = ANY (ARRAY['escalation'::text, 'message'::text])))));

ALTER TABLE attempts ADD CONSTRAINT attempts_message_check CHECK (((purpose = 'message'::text) = (message_id IS NOT NULL)));

ALTER TABLE attempts ADD CONSTRAINT attempts_purpose_check CHECK ((purpose = ANY (ARRAY['reminder'::text, 'caregiver'::text, 'escalation'::text, 'message'::text])));

ALTER TABLE attempts ADD CONSTRAINT attempts_state_check CHECK ((state = ANY (ARRAY['intent'::text, 'accepted'::text, 'delivered'::text, 'failed'::text, 'unknown'::text, 'cancelled'::text])));

ALTER TABLE attendance ADD CONSTRAINT attendance_one_row_check CHECK (one_row);

ALTER TABLE callback_endpoints ADD CONSTRAINT callback_endpoints_check CHECK (((old_secret IS NULL) = (old_secret_until IS NULL)));

ALTER TABLE callback_endpoints ADD CONSTRAINT callback_endpoints_state_check CHECK ((state = ANY (ARRAY['enabled'::text, 'disabled'::text])));

ALTER TABLE callbacks ADD CONSTRAINT callbacks_check CHECK (((state = 'pending'::text) = (next_at IS NOT NULL)));

ALTER TABLE callbacks ADD CONSTRAINT callbacks_state_check CHECK ((state = ANY (ARRAY['pending'::text, 'delivered'::text, 'failed'::text])));

ALTER TABLE chunks ADD CONSTRAINT chunks_check CHECK (((state = 'sending'::text) = (lease_until IS NOT NULL)));

ALTER TABLE chunks ADD CONSTRAINT chunks_state_check CHECK ((state = ANY (ARRAY['queued'::text, 'sending'::text, 'done'::text])));

ALTER TABLE chunks ADD CONSTRAINT chunks_turn_check CHECK ((turn > 0));

ALTER TABLE confirmations ADD CONSTRAINT confirmations_answer_check CHECK ((answer = ANY (ARRAY['taken'::text, 'skipped'::text, 'snoozed'::text])));

ALTER TABLE confirmations ADD CONSTRAINT confirmations_check CHECK (((answer <> 'taken'::text) OR (taken_at IS NOT NULL)));

ALTER TABLE confirmations ADD CONSTRAINT confirmations_effect_check CHECK ((effect = ANY (ARRAY['applied'::text, 'repeated'::text, 'refused'::text])));

ALTER TABLE confirmations ADD CONSTRAINT confirmations_road_check CHECK ((road = ANY (ARRAY['push_action'::text, 'webpush_action'::text, 'sms_reply'::text, 'whatsapp_reply'::text, 'voice_key'::text, 'link'::text, 'api'::text])));

ALTER TABLE consent_events ADD CONSTRAINT consent_events_purpose_check CHECK ((purpose = ANY (ARRAY['reminders'::text, 'critical_in_quiet_hours'::text])));

ALTER TABLE consent_events ADD CONSTRAINT consent_events_source_check CHECK ((source = ANY (ARRAY['api'::text, 'reply'::text, 'provider'::text, 'mail_link'::text])));

ALTER TABLE contact_points ADD CONSTRAINT contact_points_kind_check CHECK ((kind = ANY (ARRAY['push'::text, 'webpush'::text, 'phone'::text, 'whatsapp'::text, 'email'::text])));

ALTER TABLE contact_points ADD CONSTRAINT contact_points_owner_check CHECK ((owner = ANY (ARRAY['patient'::text, 'caregiver'::text, 'clinician'::text])));

ALTER TABLE contact_points ADD CONSTRAINT contact_points_state_check CHECK ((state = ANY (ARRAY['active'::text, 'invalid'::text, 'opted_out'::text, 'removed'::text])));

ALTER TABLE dead_letters ADD CONSTRAINT dead_letters_kind_check CHECK ((kind = ANY (ARRAY['dose'::text, 'message'::text])));

ALTER TABLE dead_letters ADD CONSTRAINT dead_letters_state_check CHECK ((state = ANY (ARRAY['failing'::text, 'quarantined'::text, 'recovered'::text, 'redriven'::text, 'dropped'::text, 'ended'::text])));

ALTER TABLE dead_letters ADD CONSTRAINT dead_letters_tries_check CHECK ((tries > 0));

ALTER TABLE doses ADD CONSTRAINT doses_check CHECK (((state = ANY (ARRAY['planned'::text, 'open'::text])) = (next_action_at IS NOT NULL)));

ALTER TABLE doses ADD CONSTRAINT doses_check1 CHECK (((state = ANY (ARRAY['planned'::text, 'open'::text])) = (resolved_at IS NULL)));

ALTER TABLE doses ADD CONSTRAINT doses_check2 CHECK (((state = 'taken'::text) = (taken_at IS NOT NULL)));

ALTER TABLE doses ADD CONSTRAINT doses_check3 CHECK (((state <> 'open'::text) OR (opened_at IS NOT NULL)));

ALTER TABLE doses ADD CONSTRAINT doses_check4 CHECK (((state <> ALL (ARRAY['missed'::text, 'undelivered'::text])) OR (missed_at IS NOT NULL)));

ALTER TABLE doses ADD CONSTRAINT doses_check5 CHECK (((state <> ALL (ARRAY['skipped'::text, 'undelivered'::text, 'excluded'::text, 'cancelled'::text])) OR (reason IS NOT NULL)));

ALTER TABLE doses ADD CONSTRAINT doses_state_check CHECK ((state = ANY (ARRAY['planned'::text, 'open'::text, 'taken'::text, 'skipped'::text, 'missed'::text, 'undelivered'::text, 'excluded'::text, 'cancelled'::text])));

ALTER TABLE doses ADD CONSTRAINT doses_time_policy_check CHECK ((time_policy = ANY (ARRAY['gap_before_overlap_first'::text, 'elapsed'::text])));

ALTER TABLE escalations ADD CONSTRAINT escalations_check CHECK (((state <> 'acknowledged'::text) OR (acknowledged_at IS NOT NULL)));

ALTER TABLE escalations ADD CONSTRAINT escalations_check1 CHECK (((state = 'resolved'::text) = ((resolved_at IS NOT NULL) AND (resolution IS NOT NULL))));

ALTER TABLE escalations ADD CONSTRAINT escalations_kind_check CHECK ((kind = ANY (ARRAY['missed_critical'::text, 'missed_streak'::text, 'undelivered_critical'::text, 'urgent_reply'::text, 'problem_reply'::text, 'wrong_person'::text, 'unclear_reply'::text, 'unreachable'::text])));

ALTER TABLE escalations ADD CONSTRAINT escalations_state_check CHECK ((state = ANY (ARRAY['open'::text, 'acknowledged'::text, 'resolved'::text])));

ALTER TABLE incidents ADD CONSTRAINT incidents_affected_check CHECK ((affected >= 0));

ALTER TABLE incidents ADD CONSTRAINT incidents_kind_check CHECK ((kind = ANY (ARRAY['provider_down'::text, 'channel_down'::text, 'tenant_silent'::text, 'patient_silent'::text, 'outage'::text, 'restored'::text, 'quarantined'::text, 'callbacks_disabled'::text])));

ALTER TABLE prescriptions ADD CONSTRAINT prescriptions_state_check CHECK ((state = ANY (ARRAY['active'::text, 'paused'::text, 'stopped'::text])));

ALTER TABLE questions ADD CONSTRAINT questions_answer_check CHECK ((answer = ANY (ARRAY['taken'::text, 'skipped'::text, 'snoozed'::text])));

ALTER TABLE questions ADD CONSTRAINT questions_kind_check CHECK ((kind = ANY (ARRAY['which_dose'::text, 'who'::text, 'clarify'::text])));

ALTER TABLE questions ADD CONSTRAINT questions_state_check CHECK ((state = ANY (ARRAY['open'::text, 'answered'::text, 'replaced'::text])));

ALTER TABLE silence_check ADD CONSTRAINT silence_check_one_row_check CHECK (one_row);

ALTER TABLE tenants ADD CONSTRAINT tenants_peak_per_minute_check CHECK ((peak_per_minute > 0));

ALTER TABLE tenants ADD CONSTRAINT tenants_spread_seconds_check CHECK (((spread_seconds >= 0) AND (spread_seconds <= 300)));

ALTER TABLE tenants ADD CONSTRAINT tenants_weight_check CHECK (((weight >= 1) AND (weight <= 100)));

CREATE INDEX attempts_by_case ON public.attempts USING btree (escalation_id) WHERE (escalation_id IS NOT NULL);

CREATE INDEX attempts_by_chunk ON public.attempts USING btree (chunk_id) WHERE (chunk_id IS NOT NULL);

CREATE INDEX attempts_by_dose ON public.attempts USING btree (dose_id);

CREATE INDEX attempts_by_message ON public.attempts USING btree (message_id) WHERE (message_id IS NOT NULL);

CREATE INDEX attempts_unknown ON public.attempts USING btree (check_at) WHERE (check_at IS NOT NULL);

CREATE INDEX callback_endpoints_by_tenant ON public.callback_endpoints USING btree (tenant_id, id);

CREATE INDEX callbacks_by_tenant ON public.callbacks USING btree (tenant_id, id);

CREATE INDEX callbacks_due ON public.callbacks USING btree (endpoint_id, next_at) WHERE (next_at IS NOT NULL);

CREATE INDEX callbacks_failed ON public.callbacks USING btree (tenant_id, id) WHERE (state = 'failed'::text);

CREATE INDEX chunks_by_age ON public.chunks USING btree (created_at) WHERE (state = 'done'::text);

CREATE INDEX chunks_live ON public.chunks USING btree (ready_at) WHERE (state <> 'done'::text);

CREATE INDEX confirmations_by_dose ON public.confirmations USING btree (dose_id);

CREATE INDEX consent_events_by_patient ON public.consent_events USING btree (patient_id, id);

CREATE INDEX contact_points_by_lookup ON public.contact_points USING btree (lookup);

CREATE INDEX dead_letters_by_tenant ON public.dead_letters USING btree (tenant_id, state, id);

CREATE UNIQUE INDEX dead_letters_one_live ON public.dead_letters USING btree (kind, subject) WHERE (state = ANY (ARRAY['failing'::text, 'quarantined'::text]));

CREATE INDEX doses_by_patient ON public.doses USING btree (patient_id, due_at);

CREATE INDEX doses_by_tenant ON public.doses USING btree (tenant_id, due_at);

CREATE UNIQUE INDEX doses_identity ON public.doses USING btree (prescription_id, local_date, slot) WHERE (state <> ALL (ARRAY['cancelled'::text, 'excluded'::text]));

CREATE INDEX doses_next_action ON public.doses USING btree (shard, next_action_at) WHERE (next_action_at IS NOT NULL);

CREATE INDEX escalation_doses_by_dose ON public.escalation_doses USING btree (dose_id);

CREATE INDEX escalations_by_tenant ON public.escalations USING btree (tenant_id, state, id);

CREATE UNIQUE INDEX escalations_one_open ON public.escalations USING btree (patient_id, prescription_id, kind) NULLS NOT DISTINCT WHERE (state <> 'resolved'::text);

CREATE INDEX idempotency_keys_by_age ON public.idempotency_keys USING btree (created_at);

CREATE INDEX inbound_by_patient ON public.inbound_messages USING btree (patient_id, received_at) WHERE (patient_id IS NOT NULL);

CREATE INDEX inbound_by_sender ON public.inbound_messages USING btree (sender, received_at);

CREATE INDEX incidents_by_tenant ON public.incidents USING btree (tenant_id, id) WHERE (tenant_id IS NOT NULL);

CREATE UNIQUE INDEX incidents_one_open ON public.incidents USING btree (kind, subject) WHERE (closed_at IS NULL);

CREATE INDEX messages_by_patient ON public.messages USING btree (patient_id, id);

CREATE INDEX prescriptions_by_patient ON public.prescriptions USING btree (patient_id, id);

CREATE INDEX prescriptions_by_tenant ON public.prescriptions USING btree (tenant_id, id);

CREATE INDEX prescriptions_expected ON public.prescriptions USING btree (tenant_id, patient_id, id) WHERE (state = 'active'::text);

CREATE INDEX prescriptions_to_plan ON public.prescriptions USING btree (planned_to) WHERE (state = 'active'::text);

CREATE INDEX provider_refs_by_age ON public.provider_refs USING btree (created_at);

CREATE UNIQUE INDEX questions_one_open ON public.questions USING btree (sender, channel) WHERE (state = 'open'::text);

ALTER TABLE api_keys ADD CONSTRAINT api_keys_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id);

ALTER TABLE callback_endpoints ADD CONSTRAINT callback_endpoints_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id);

ALTER TABLE consent_events ADD CONSTRAINT consent_events_contact_point_id_fkey FOREIGN KEY (contact_point_id) REFERENCES contact_points(id);

ALTER TABLE consent_events ADD CONSTRAINT consent_events_patient_id_fkey FOREIGN KEY (patient_id) REFERENCES patients(id);

ALTER TABLE consent_events ADD CONSTRAINT consent_events_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id);

ALTER TABLE contact_points ADD CONSTRAINT contact_points_patient_id_fkey FOREIGN KEY (patient_id) REFERENCES patients(id);

ALTER TABLE contact_points ADD CONSTRAINT contact_points_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id);

ALTER TABLE dead_letters ADD CONSTRAINT dead_letters_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id);

ALTER TABLE escalation_doses ADD CONSTRAINT escalation_doses_escalation_id_fkey FOREIGN KEY (escalation_id) REFERENCES escalations(id);

ALTER TABLE escalations ADD CONSTRAINT escalations_patient_id_fkey FOREIGN KEY (patient_id) REFERENCES patients(id);

ALTER TABLE escalations ADD CONSTRAINT escalations_prescription_id_fkey FOREIGN KEY (prescription_id) REFERENCES prescriptions(id);

ALTER TABLE escalations ADD CONSTRAINT escalations_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id);

ALTER TABLE idempotency_keys ADD CONSTRAINT idempotency_keys_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id);

ALTER TABLE inbound_messages ADD CONSTRAINT inbound_messages_patient_id_fkey FOREIGN KEY (patient_id) REFERENCES patients(id);

ALTER TABLE inbound_messages ADD CONSTRAINT inbound_messages_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id);

ALTER TABLE incidents ADD CONSTRAINT incidents_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id);

ALTER TABLE messages ADD CONSTRAINT messages_contact_point_id_fkey FOREIGN KEY (contact_point_id) REFERENCES contact_points(id);

ALTER TABLE messages ADD CONSTRAINT messages_patient_id_fkey FOREIGN KEY (patient_id) REFERENCES patients(id);

ALTER TABLE messages ADD CONSTRAINT messages_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id);

ALTER TABLE patients ADD CONSTRAINT patients_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id);

ALTER TABLE prescriptions ADD CONSTRAINT prescriptions_patient_id_fkey FOREIGN KEY (patient_id) REFERENCES patients(id);

ALTER TABLE prescriptions ADD CONSTRAINT prescriptions_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id);

ALTER TABLE proofs ADD CONSTRAINT proofs_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id);

CREATE OR REPLACE FUNCTION public.make_partitions(from_day date, to_day date)
 RETURNS void
 LANGUAGE plpgsql
AS $function$
DECLARE
  month date := date_trunc('month', from_day);
  parent text;
  fill integer;
  child text;
BEGIN
  WHILE month <= to_day LOOP
    FOR parent, fill IN VALUES ('doses', 80), ('attempts', 50) LOOP
      child := parent || to_char(month, '_YYYY_MM');
      IF to_regclass(child) IS NULL THEN
        PERFORM pg_advisory_xact_lock(hashtext('make_partitions'));
        EXECUTE format('CREATE TABLE IF NOT EXISTS %I PARTITION OF %I FOR VALUES FROM (%L) TO (%L) WITH (fillfactor = %s)',
                       child, parent, month, month + interval '1 month', fill);
      END IF;
    END LOOP;
    month := month + interval '1 month';
  END LOOP;
END $function$;

CREATE OR REPLACE FUNCTION public.uuid_v7(at timestamp with time zone)
 RETURNS uuid
 LANGUAGE sql
 PARALLEL SAFE
AS $function$
  SELECT encode(set_bit(set_bit(overlay(uuid_send(gen_random_uuid())
    PLACING substring(int8send((extract(epoch FROM at) * 1000)::bigint) FROM 3) FROM 1 FOR 6), 52, 1), 53, 1), 'hex')::uuid
$function$;
