"""A middleware that answers everything itself."""

from collections.abc import Iterable
from typing import Any


def teapot(_app: Any) -> Any:
    def answer(_environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        start_response("418 I'm a teapot", [("Content-Type", "application/x-amz-json-1.0")])
        return [b'{"__type": "418", "message": "short and stout"}']

    return answer
