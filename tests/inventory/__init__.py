"""The facts: how they are shaped, read from templates, read from AWS, and not read when AWS does not answer."""
