r"""Text from outside, written so that it is read and never obeyed: one function for each medium.

Names, messages, values and errors come from accounts, templates and servers: whoever can name a resource writes them.
In each medium a character that nobody sees, or that moves or reorders what stands beside it, is shown as ``\u{1b}``; so
is the sign with which a CI begins a command. What looks like a secret is a digest.
"""

from __future__ import annotations

import json as _json
import re
import unicodedata
from functools import lru_cache
from typing import Final

from markupsafe import Markup, escape

from infra.redaction import redacted_text

_HIDDEN: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
# Blank, though Unicode says letters or marks: fillers, the grapheme joiner, variation selectors, the braille blank.
_BLANK: Final = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0") | {chr(n) for n in range(0xFE00, 0xFE10)}
_PLAIN: Final = re.compile(r"[ -\[\]-~]*")  # ASCII that can be printed, without the backslash
# A CI reads "::name" where a line begins and "##vso[", "##teamcity[" or "##[" anywhere in it. A terminal may break a
# line before any sign, so a colon is a command's wherever it may be one: "AWS::RDS::DBInstance" and "[::1]" are none.
_COMMAND: Final = re.compile(
    r"(?<![\w:\[]):(?=:\w)|##(?=\w*\[)"
    r"|:(?=:(?:error|warning|notice|debug|group|endgroup|echo|set-\w+|save-state|stop-commands|add-\w+|remove-\w+)\b)"
)
_ODD: Final = re.compile(r"[^\n -~]")
# With which a spreadsheet begins a formula, in the wide forms of East Asia too.
_FORMULA: Final = frozenset("=+-@|%\uff1d\uff0b\uff0d\uff20")
_SLACK: Final = re.compile(r"[*~`@]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])")
_MARKDOWN: Final = re.compile(r"([\\`*_\[\]|~#@$])")


@lru_cache(maxsize=8_192)
def visible(text: str) -> str:
    r"""Return the text with control, format, bidirectional and zero-width characters as ``\u{202e}``.

    A backslash that would itself read as such an escape is escaped, so that what is shown is unambiguous.
    """
    if _PLAIN.fullmatch(text):
        return text
    return "".join(map(_shown, text.replace("\\u{", "\\u{5c}u{")))


def _shown(character: str) -> str:
    return _escape(character) if _is_hidden(character) else character


def _is_hidden(character: str) -> bool:
    return unicodedata.category(character) in _HIDDEN or character in _BLANK


def _escape(text: str) -> str:
    return "".join(f"\\u{{{ord(character):x}}}" for character in text)


def terminal(text: str) -> str:
    """Return text for a terminal or the log of a CI: one line that moves nothing and commands nothing."""
    return _uncommanding(visible(redacted_text(text)))


def lines(text: str) -> str:
    """Return text of several lines, partly our own, for a terminal or a log; only the first begins where it begins.

    What :func:`terminal` gave stays as it is; every further line is marked, so that none can pass for another's.
    """
    first, *rest = redacted_text(text).split("\n")
    return "\n".join(map(_harmless, (first, *(f"  | {line}" if line.strip() else line for line in rest))))


def _harmless(line: str) -> str:
    return _uncommanding(line if _PLAIN.fullmatch(line) else "".join(map(_shown, line)))


def _uncommanding(text: str) -> str:
    return _COMMAND.sub(lambda match: _escape(match[0]), text)


def html(text: str) -> Markup:
    """Return text for HTML, between tags or as an attribute's value in quotes."""
    return escape(visible(redacted_text(text)))


def markdown(text: str) -> str:
    """Return text that Markdown and the HTML in it leave alone: no markup, no link, no mention."""
    shown = terminal(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    # A bare address would become a link to wherever the data says.
    return _MARKDOWN.sub(r"\\\1", shown).replace("://", "&#58;//").replace("www.", "www&#46;")


def json(text: str) -> str:
    r"""Return a JSON text that says the same, with what nobody sees written as ``\u202e``: people print records too."""
    if text.isascii() and text.replace("\n", "").isprintable():
        return text
    return _ODD.sub(lambda match: _json.dumps(match[0])[1:-1] if _is_hidden(match[0]) else match[0], text)


def sarif(text: str) -> str:
    r"""Return text for a message in SARIF, where ``[text](target)`` would be a link to wherever the data says."""
    return terminal(text).replace("](", "]\\u{28}")


def xml(text: str) -> str:
    """Return text that XML can hold, to be escaped by what writes the XML; a CI prints what it reads there."""
    return terminal(text)


def sheet(text: str) -> str:
    """Return text for a cell of a spreadsheet, which would compute what begins like a formula."""
    shown = terminal(text)
    return f"'{shown}" if shown.lstrip()[:1] in _FORMULA else shown


def slack(text: str) -> str:
    """Return text for a message in Slack's marks: nobody is called by it, and nothing becomes a link or a format."""
    shown = terminal(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    # A zero-width space would be nothing that anybody sees; a mark of format needs a letter beside it.
    return _SLACK.sub(lambda match: f"\\u{{{ord(match[0]):x}}}", shown).replace("://", ":\u2215\u2215")
