"""The readers against a second mock cloud, which has nothing in common with the first: what fits both is not fitted."""
