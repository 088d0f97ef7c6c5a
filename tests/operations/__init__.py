"""The commands that try and watch an environment that stands."""
