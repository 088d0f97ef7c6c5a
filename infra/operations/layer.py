"""``python -m infra layer``: the libraries of the functions, as one archive."""

from __future__ import annotations

from infra.layer import build_layer
from infra.operations.options import say
from infra.settings import shown


def layer() -> None:
    """Build the layer of the functions from its lock, and keep it under .cache/artefacts."""
    made = build_layer(lambda line: say(f"layer: {line}"))
    say(f"layer: {shown(made)}")
