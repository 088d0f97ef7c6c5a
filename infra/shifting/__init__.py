"""Shifts the calls of a function from one version to another, step by step, and back when anything is wrong."""
