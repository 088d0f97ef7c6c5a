"""What pytest itself writes to the terminal: its own colours act, and nothing that it quotes does."""

from __future__ import annotations

import re
import secrets
from typing import Any

import pytest

from infra.outside import lines

_COLOUR = re.compile(r"\x1b\[([\d;]*m)")
_MARKED_BY_PYTEST = ("long", "short")  # styles in which pytest begins every line of a message with an E


class Guard:
    """Stands before the writer of pytest's terminal reporter, through which all goes that pytest says.

    A colour that pytest gives travels in its strings as a mark that nobody else can write, and becomes an escape
    sequence only when it is written; any other is text. ``write_raw`` stays for what we have made harmless ourselves.
    """

    def __init__(self, reporter: Any) -> None:
        self._writer = reporter._tw  # noqa: SLF001  pytest has no other way to it that leads to all it writes
        self._own_markup, self._own_highlight = self._writer.markup, self._writer._highlight  # noqa: SLF001
        self._own_rewrite, self._rewinds = reporter.rewrite, False
        secret = secrets.token_hex(8)
        self._begin, self._end = f"\x1b({secret}<", f">{secret}"
        self._mark = re.compile(f"{re.escape(self._begin)}([\\d;]*m){re.escape(self._end)}")
        self._writer.markup, self._writer._highlight = self.markup, self.highlight  # noqa: SLF001
        self._writer.write, reporter.rewrite = self.write, self.rewrite

    def markup(self, text: str, **markup: bool) -> str:
        """Colour a text, with marks."""
        before, _, after = self._own_markup("\0", **markup).partition("\0")
        return f"{self._marked(before)}{text}{self._marked(after)}"

    def highlight(self, source: str, *arguments: Any, **more: Any) -> str:
        """Colour code, with marks."""
        plain = "\n".join(lines(line) for line in source.split("\n"))
        return self._marked(self._own_highlight(plain, *arguments, **more))

    def _marked(self, text: str) -> str:
        return _COLOUR.sub(lambda match: f"{self._begin}{match[1]}{self._end}", text)

    def rewrite(self, line: str, **markup: bool) -> None:
        """Write a line over the one before, which only pytest's own progress does."""
        self._rewinds = True
        self._own_rewrite(line, **markup)
        self._rewinds = False

    def write(self, msg: str, *, flush: bool = False, **markup: bool) -> None:
        """Write what may be anybody's text."""
        back = "\r" if self._rewinds else ""
        texts = self._mark.split(self.markup(msg.removeprefix(back), **markup))
        texts[::2] = map(lines, texts[::2])  # between them stand the colours
        plain = "".join(texts[::2])
        before, feed, line = plain.rpartition("\n")
        self._writer._current_line = line if before or feed else f"{self._writer._current_line}{line}"  # noqa: SLF001
        shown = "".join(f"\x1b[{text}" if place % 2 else text for place, text in enumerate(texts))
        self._writer.write_raw(back + shown, flush=flush)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self, report: Any) -> None:
        """Mark what pytest would write line by line as it is: no line of it may pass for a line of ours."""
        if "verdict" in report.keywords:  # what a control printed stands beside what we say of it
            report.sections = [(name, _quoted(text)) for name, text in report.sections]
        for trace, *_ in getattr(report.longrepr, "chain", ()):
            for entry in trace.reprentries:
                if getattr(entry, "style", "long") not in _MARKED_BY_PYTEST:
                    entry.lines = [*entry.lines[:1], *(f"  | {line}" for line in entry.lines[1:])]


def _quoted(text: str) -> str:
    return "".join(f"| {line}\n" for line in text.removesuffix("\n").split("\n"))
