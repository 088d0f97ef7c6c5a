"""A real PostgreSQL and a real Valkey, each behind a door that does what AWS's does: verified TLS, a signed token."""
