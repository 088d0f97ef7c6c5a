"""The tests of what the proofs are made with."""
