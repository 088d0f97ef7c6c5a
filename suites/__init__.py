"""The trial: controls, the engines' findings, and the proofs that each control can fail."""
