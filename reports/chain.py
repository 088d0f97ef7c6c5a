"""The lines of a journal as a chain: each ends with a link that follows from the line before it and from what it says.

A link is the SHA-256, in hexadecimal digits, of the link before it (of the first line: of the digest of ``plan.json``)
followed by the line without its link. So a record can be checked as far as it goes, also while it is written.
"""

from __future__ import annotations

import hashlib
import re
from typing import Final

from reports.disk import PLAN, VERDICTS

_LINK: Final = re.compile(rb',\s*"link":\s*"([0-9a-f]{64})"\s*}\s*\Z')


class Chain:
    """The links from a plan's digest on, made by who writes a journal, followed by who reads one.

    ``link`` is the last that was made, or that followed; ``broken`` says which line is the first that does not.
    """

    def __init__(self, link: str) -> None:
        self.link = link
        self.broken: str | None = None
        self._lines = 0

    def add(self, line: str) -> str:
        """Return a line, which is a JSON object without an end of line, with its link."""
        self.link = _next(self.link, line.encode())
        return _linked(line.encode(), self.link).decode()

    def follow(self, line: bytes) -> bytes:
        """Return a line of a journal without its link; note the first that does not follow from what is before it."""
        self._lines += 1
        said = unlinked(line)
        if self.broken is None:
            link, here = _next(self.link, said), f"{VERDICTS} line {self._lines}"
            if said is line:
                self.broken = f"{here}: has no link: nobody can say whether the record is what it was"
            elif line != _linked(said, link) + b"\n":
                self.broken = f"{here}: does not follow from {f'line {self._lines - 1}' if self._lines > 1 else PLAN}"
            else:
                self.link = link
        return said


def _next(link: str, line: bytes) -> str:
    return hashlib.sha256(link.encode() + line).hexdigest()


def _linked(line: bytes, link: str) -> bytes:
    return b'%s,"link":"%s"}' % (line[:-1], link.encode())


def _found(line: bytes) -> re.Match[bytes] | None:
    return _LINK.match(line, max(0, line.rfind(b",")))  # no comma follows the one before the link


def unlinked(line: bytes) -> bytes:
    """Return a line of a journal without its link, and as it is where it has none."""
    found = _found(line)
    return line[: found.start()] + b"}" if found else line


def link_in(line: bytes) -> str | None:
    """Return the link of a line."""
    found = _found(line)
    return found[1].decode() if found else None
