"""Runs over time: what changed from one to another and why, which nights ran, and a sample that can be done again."""
