"""What a month of an environment costs: quantities from its resources and its declared usage, at listed prices."""
