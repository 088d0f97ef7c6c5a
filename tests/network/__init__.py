"""The network judged by sets of addresses."""
