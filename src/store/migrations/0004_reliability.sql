-- What proves the accounts, finds silence, and sets poison aside.

-- An incident may be of one tenant, and says how many patients or doses it touches.
ALTER TABLE incidents DROP CONSTRAINT incidents_kind_check;
ALTER TABLE incidents
  ADD CONSTRAINT incidents_kind_check CHECK (kind IN
    ('provider_down', 'channel_down', 'tenant_silent', 'patient_silent', 'outage', 'restored', 'quarantined')),
  ADD COLUMN tenant_id uuid REFERENCES tenants(id),
  ADD COLUMN affected  integer NOT NULL DEFAULT 0 CHECK (affected >= 0);
CREATE INDEX incidents_by_time ON incidents (opened_at);

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
  id         uuid PRIMARY KEY,
  kind       text NOT NULL CHECK (kind IN ('dose', 'message')),
  subject    uuid NOT NULL,                                 -- the dose, or the attempt
  local_date date NOT NULL,                                 -- of the dose
  tenant_id  uuid NOT NULL REFERENCES tenants(id),
  patient_id uuid NOT NULL,
  reason     text NOT NULL,                                 -- a code, never the words of a message
  tries      integer NOT NULL CHECK (tries > 0),
  state      text NOT NULL CHECK (state IN ('failing', 'quarantined', 'redriven', 'dropped')),
  first_at   timestamptz NOT NULL,
  last_at    timestamptz NOT NULL
);
CREATE UNIQUE INDEX dead_letters_one_live ON dead_letters (kind, subject) WHERE state IN ('failing', 'quarantined');
CREATE INDEX dead_letters_by_tenant ON dead_letters (tenant_id, state, id);
