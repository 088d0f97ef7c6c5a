"""The controls: one function each, grouped by what they guard."""
