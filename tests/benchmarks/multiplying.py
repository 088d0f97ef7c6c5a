"""A mock cloud in which an account can be made many times as large: everything that stands in it is copied there.

Start it with the middleware ``tests.benchmarks.multiplying:Multiplying``. POST /touchstone/copies with
{"account": "333333333333", "drawn": [...], "numbers": [1, 2]} makes a copy of all that is in the account for each
number: what is called by an id that AWS drew, or by a name of ours, is called otherwise there, and so are its links.
"""

from __future__ import annotations

import copy
import hashlib
import io
import json
import re
import threading
from collections.abc import Callable, Iterable, Iterator, MutableMapping
from contextlib import contextmanager
from functools import cache
from typing import Any, Final

from moto.core.base_backend import BackendDict, BaseBackend

from fixtures.mock_cloud.faults import scope_of
from fixtures.mock_cloud.turns import TURN

PATH: Final = "/touchstone/copies"
_TOKEN: Final = re.compile(r"[A-Za-z0-9_-]+")
_OURS: Final = re.compile(r"^touchstone(?=-|$)|^Touchstone")
_DRAWN: Final = 8
"""A name that AWS draws has so many characters at least, and a digit."""
# Of these an account has one in a region, or none of what they keep is read by its copies' names.
_ONCE: Final = frozenset({"cloudformation", "guardduty", "securityhub", "sts", "moto_api", "config"})
# What cannot be copied, and nothing that is read depends on.
_SHARED: Final = (type(threading.Lock()), type(threading.RLock()), threading.Thread)

_COPIERS: Final[dict[type, Any]] = vars(copy)["_deepcopy_dispatch"]
"""How `copy` copies what it knows, by type."""
_ASKED: Final = ("REQUEST_METHOD", "REQUEST_URI", "HTTP_X_AMZ_TARGET")
_HOUSES: Final = ("moto.", "fixtures.mock_cloud.")

WSGIApp = Callable[[dict[str, Any], Any], Iterable[bytes]]


class Multiplying:
    """The middleware. What was asked before is answered as before: nothing changes but by a copy."""

    def __init__(self, app: WSGIApp) -> None:
        self.app = app
        self.known: dict[tuple[str, ...], tuple[str, list[tuple[str, str]], list[bytes]]] | None = None

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Answer one request."""
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        environ["wsgi.input"] = io.BytesIO(body)
        if environ["PATH_INFO"] == PATH:
            return self._multiply(json.loads(body), start_response)
        if self.known is None:
            return self.app(environ, start_response)
        asked = (
            *(environ.get(name, "") for name in _ASKED),
            environ.get("HTTP_AUTHORIZATION", "").partition("/")[0],
            scope_of(environ),
            body.decode(),
        )
        if asked not in self.known:
            self.known[asked] = self._answer(environ)
        status, headers, answer = self.known[asked]
        start_response(status, headers)
        return answer

    def _multiply(self, asked: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        with TURN:
            made = multiply(asked["account"], frozenset(asked["drawn"]), asked["numbers"])
        self.known = {}
        answer = json.dumps(made).encode()
        start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(answer)))])
        return [answer]

    def _answer(self, environ: dict[str, Any]) -> tuple[str, list[tuple[str, str]], list[bytes]]:
        told: list[tuple[str, list[tuple[str, str]]]] = []
        answer = list(self.app(environ, lambda status, headers, *_: told.append((status, list(headers)))))
        return (*told[0], answer)


def multiply(account: str, drawn: frozenset[str], numbers: Iterable[int]) -> dict[str, int]:
    """Copy what is in an account once for each number; return how many entries each service has more."""
    places = [(name, list(_places(one, drawn, set()))) for name, one in _kept_of(account)]
    made: dict[str, int] = {}
    for number in numbers:
        renamed = _renaming(drawn, number)
        for name, found in places:
            for place, keys in found:
                with _renamed_as_copied(renamed):
                    copies = {renamed(key): copy.deepcopy(place[key]) for key in keys}
                place.update(copies)
                made[name] = made.get(name, 0) + len(copies)
    return made


def _kept_of(account: str) -> Iterator[tuple[str, BaseBackend]]:
    """Give what each service keeps of an account, by region."""
    for one in list(BackendDict._instances):
        if one.service_name not in _ONCE and account in one:
            yield from ((one.service_name, kept) for kept in list(one[account].values()))


def _places(value: Any, drawn: frozenset[str], seen: set[int]) -> Iterator[tuple[MutableMapping[str, Any], list[str]]]:
    """Give every map that has things under their names, with those names; what is in a thing is copied with it."""
    if id(value) in seen or isinstance(value, BackendDict):
        return
    seen.add(id(value))
    if isinstance(value, MutableMapping):
        keys = [key for key in value if isinstance(key, str) and _is_name(key, drawn)]
        if keys:
            yield value, keys
        inside = [one for key, one in value.items() if key not in keys]
    else:
        inside = list(vars(value).values()) if type(value).__module__.startswith(_HOUSES) else []
    for one in inside:
        yield from _places(one, drawn, seen)


def _is_name(key: str, drawn: frozenset[str]) -> bool:
    return any(token in drawn or _OURS.search(token) for token in _TOKEN.findall(key))


def _renaming(drawn: frozenset[str], number: int) -> Callable[[str], str]:
    def token(found: re.Match[str]) -> str:
        word = found[0]
        if word not in drawn:
            return _OURS.sub(lambda ours: f"{ours[0]}{'N' if ours[0][0] == 'T' else '-n'}{number}", word)
        tail = hashlib.sha256(f"{word} {number}".encode()).hexdigest()[:_DRAWN]
        return word[:-_DRAWN] + (tail.upper() if word.isupper() else tail)

    @cache
    def renamed(text: str) -> str:
        return _TOKEN.sub(token, text)

    return renamed


@contextmanager
def _renamed_as_copied(renamed: Callable[[str], str]) -> Iterator[None]:
    """Within the block what is copied has other names; `copy` takes a string for what needs no copy."""
    before = dict(_COPIERS)
    _COPIERS[str] = lambda text, _memo: renamed(text)
    _COPIERS.update(dict.fromkeys(_SHARED, lambda shared, _memo: shared))
    BaseBackend.__deepcopy__ = lambda backend, _memo: backend
    try:
        yield
    finally:
        del BaseBackend.__deepcopy__
        _COPIERS.clear()
        _COPIERS.update(before)
