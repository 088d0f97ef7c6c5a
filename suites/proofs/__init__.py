"""The proofs: every control objects when what it guards is broken, and is silent when it is sound."""
