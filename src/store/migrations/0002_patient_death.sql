-- When the patient's death was recorded: nothing is planned for, nor sent to, them any more.
ALTER TABLE patients ADD COLUMN deceased_at timestamptz;
