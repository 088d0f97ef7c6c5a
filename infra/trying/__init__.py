"""Trying an environment that stands: pytest as a process of its own, and what its record says as a table."""
