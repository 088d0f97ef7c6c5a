"""``python -m infra stamp``: ids that follow what they are copies of."""

from __future__ import annotations

from infra.operations.options import say
from infra.stacks import TEMPLATES
from infra.stamps import stamp as stamped


def stamp() -> None:
    """Write the ids of versions and deployments as they have to be, after a function or a route has changed."""
    new = [name for path in sorted(TEMPLATES.glob("*.yaml")) for name in stamped(path)]
    say(f"new: {', '.join(new)}" if new else "nothing has changed")
