"""What the platform's trial costs, as ratios and CPU seconds measured in one run, each held against a promise."""
