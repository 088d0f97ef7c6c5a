"""Policies judged by meaning."""
