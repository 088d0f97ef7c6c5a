"""What was deployed, by whom and with what result: written once, in the evidence bucket, and read from there."""
