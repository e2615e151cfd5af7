-- What proves the accounts, finds silence, and sets poison aside.

-- Null: the provider gave one id to two messages, and nobody knows whose a receipt is.
ALTER TABLE provider_refs ALTER COLUMN attempt_id DROP NOT NULL;

-- An incident may be of one tenant, and says how many patients or doses it touches.
ALTER TABLE incidents DROP CONSTRAINT incidents_kind_check;
ALTER TABLE incidents
  ADD CONSTRAINT incidents_kind_check CHECK (kind IN
    ('provider_down', 'channel_down', 'tenant_silent', 'patient_silent', 'outage', 'restored', 'quarantined')),
  ADD COLUMN tenant_id uuid REFERENCES tenants(id),
  ADD COLUMN affected  integer NOT NULL DEFAULT 0 CHECK (affected >= 0);

-- One tenant's accounts of one day (its doses' local date), as they were proved when the day was over.
CREATE TABLE proofs (
  tenant_id   uuid NOT NULL REFERENCES tenants(id),
  day         date NOT NULL,
  due         integer NOT NULL,
  taken       integer NOT NULL,
  skipped     integer NOT NULL,
  missed      integer NOT NULL,
  undelivered integer NOT NULL,
  excluded    integer NOT NULL,
  open        integer NOT NULL,
  unaccounted integer NOT NULL,                             -- 0, or somebody has to look
  unknown     integer NOT NULL,                             -- messages whose fate nobody knows
  made_at     timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, day)
);

-- What failed on its own account again and again, set aside so that everything else goes on.
CREATE TABLE dead_letters (
  id           uuid PRIMARY KEY,
  kind         text NOT NULL CHECK (kind IN ('dose', 'message')),
  subject      uuid NOT NULL,                               -- the dose, or the attempt
  dose_id      uuid NOT NULL,
  local_date   date NOT NULL,                               -- of the dose
  tenant_id    uuid NOT NULL REFERENCES tenants(id),
  patient_id   uuid NOT NULL,
  reason       text NOT NULL,                               -- a code, never the words of a message
  tries        integer NOT NULL CHECK (tries > 0),
  state        text NOT NULL CHECK (state IN ('failing', 'quarantined', 'recovered', 'redriven', 'dropped', 'ended')),
  useful_until timestamptz NOT NULL,                        -- the window's end, or when the message is worthless
  retry_at     timestamptz,                                 -- the next action a dose was put off to
  first_at     timestamptz NOT NULL,
  last_at      timestamptz NOT NULL
);
CREATE UNIQUE INDEX dead_letters_one_live ON dead_letters (kind, subject) WHERE state IN ('failing', 'quarantined');
CREATE INDEX dead_letters_by_tenant ON dead_letters (tenant_id, state, id);

ALTER TABLE attempts ADD COLUMN lost smallint NOT NULL DEFAULT 0;  -- workers that died with it in hand

-- When somebody last looked after the doses, and when nobody did before (src/dispatch/catch-up.ts): one row.
CREATE TABLE attendance (
  one_row    boolean PRIMARY KEY DEFAULT true CHECK (one_row),
  seen_at    timestamptz NOT NULL,
  away_until timestamptz                                    -- doses with an action due by then are caught up on
) WITH (fillfactor = 50);

-- How far the dead-man's switch has looked (docs/silence.md): one row.
CREATE TABLE silence_check (
  one_row     boolean PRIMARY KEY DEFAULT true CHECK (one_row),
  checked_to  timestamptz NOT NULL,                         -- every dose due before it was looked at
  checked_at  timestamptz,                                  -- when a look was last finished
  lease_until timestamptz NOT NULL                          -- one scheduler looks at a time
);
CREATE INDEX prescriptions_expected ON prescriptions (tenant_id, patient_id, id) WHERE state = 'active';
CREATE INDEX incidents_by_tenant ON incidents (tenant_id, id) WHERE tenant_id IS NOT NULL;
