"""The one door to AWS, tried with answers that are none."""
