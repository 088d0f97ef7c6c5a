"""The workflows on trial: what each promises, and that a check objects when the promise is broken."""
