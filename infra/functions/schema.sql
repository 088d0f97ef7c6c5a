-- The history of alerts, and the user under which the functions enter. Run by the master user in the database
-- "touchstone"; running it again changes nothing.

CREATE TABLE IF NOT EXISTS alerts (
    alert_id    text PRIMARY KEY CHECK (alert_id ~ '^[0-9a-f]{32}$'),
    event_id    text NOT NULL CHECK (length(event_id) BETWEEN 1 AND 128),
    topic       text NOT NULL CHECK (length(topic) BETWEEN 3 AND 129),
    raised_at   timestamptz NOT NULL,
    usd         numeric(15, 2) NOT NULL CHECK (usd >= 0),
    payload     jsonb NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT now()
);

-- A page of history is one walk along this index.
CREATE INDEX IF NOT EXISTS alerts_by_topic ON alerts (topic, raised_at DESC, alert_id DESC);

DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'touchstone_functions') THEN
        CREATE ROLE touchstone_functions LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOINHERIT CONNECTION LIMIT 60;
    END IF;
END
$$;

-- No password: the user shows a token that IAM has signed.
GRANT rds_iam TO touchstone_functions;

-- It reads and adds; nothing that is recorded can be changed or taken away by it.
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO touchstone_functions;
GRANT SELECT, INSERT ON alerts TO touchstone_functions;
