"""The engines' findings, as verdicts of the same kind as the controls'."""
