"""Backups that are asked for, restores that are tried, and the record of what came of a drill."""
