-- What the 08:00 rush needs: fair shares between tenants, several senders behind a channel, and incidents.

ALTER TABLE tenants
  ADD COLUMN weight          smallint NOT NULL DEFAULT 1 CHECK (weight BETWEEN 1 AND 100),        -- its share when there is not enough for all
  ADD COLUMN spread_seconds  smallint NOT NULL DEFAULT 0 CHECK (spread_seconds BETWEEN 0 AND 300), -- first reminders of routine doses are spread over these
  ADD COLUMN peak_per_minute integer CHECK (peak_per_minute > 0);                                  -- doses it expects in its busiest minute

-- Who sends a chunk is known only once it is held: whichever of the channel's senders is well.
ALTER TABLE chunks DROP COLUMN sender;
ALTER TABLE chunks
  ADD COLUMN account text,                                  -- provider:sender, once held
  ADD COLUMN expires_at timestamptz,                        -- when the last of its messages is worthless
  ADD COLUMN turn    integer NOT NULL DEFAULT 1 CHECK (turn > 0);  -- its place among chunks that are ready
-- Whoever holds a chunk now may have sent it.
UPDATE chunks SET expires_at = ready_at + interval '1 hour', account = CASE WHEN state = 'sending' THEN 'unrecorded' END;
ALTER TABLE chunks ALTER COLUMN expires_at SET NOT NULL;
ALTER TABLE attempts ADD COLUMN account text;               -- who was asked to send it

-- Which attempt a provider's message is, for receipts that name nothing else.
CREATE TABLE provider_refs (
  account    text NOT NULL,
  ref        text NOT NULL,                                 -- the provider's id of the message
  attempt_id uuid NOT NULL,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (account, ref)
);
CREATE INDEX provider_refs_by_age ON provider_refs (created_at);

-- What operators are told of once, however many messages it touches.
CREATE TABLE incidents (
  id         uuid PRIMARY KEY,
  kind       text NOT NULL CHECK (kind IN ('provider_down', 'channel_down')),
  subject    text NOT NULL,                                 -- an account, or a channel
  opened_at  timestamptz NOT NULL,
  closed_at  timestamptz
);
CREATE UNIQUE INDEX incidents_one_open ON incidents (kind, subject) WHERE closed_at IS NULL;

-- An attempt is updated once at least, in the rush that made it: with room on its page the update is HOT and touches no index.
CREATE OR REPLACE FUNCTION make_partitions(from_day date, to_day date) RETURNS void LANGUAGE plpgsql AS $$
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
END $$;
