"""Undeclared damage: every property of every resource is damaged, and each damage that no control sees is explained."""
