"""The scans of every day: each is one row, and what a scan could not look at is never clean."""
