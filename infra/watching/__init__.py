"""Watching an environment that stands: its alarms, read once or until a time is over."""
