"""What a person at a terminal can do with an environment, one file a command."""
