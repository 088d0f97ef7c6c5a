"""No secret leaves a process: texts that look like one, and users and passwords in addresses, become a keyed digest."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from functools import lru_cache

# The key lives as long as the process: equal values look equal in one run, and nobody can try values against a report.
_KEY = secrets.token_bytes(32)
# Whatever stands before the last "@" of an address's authority, and all up to the last "@" where what follows the
# first colon is no port: a password may hold an "@" or a "/" that nobody escaped.
_USERINFO = r"(?<=://)(?:[^\s/:@?#\"'<>]*:(?!\d{1,5}(?:[/?#]|$))[^\s\"'<>]*|[^\s/?#\"'<>]*)(?=@)"
_VALUE = (
    r"(?i:(?<=password=)|(?<=passwd=)|(?<=secret=)|(?<=token=)|(?<=api_key=)|(?<=apikey=))"
    r"(?!\(redacted )[^\s&,;\"']+"
)
# Each with texts of which one, in small letters, stands in everything that looks so: to look for these costs little.
_KINDS = (
    (("akia", "asia"), r"(?:AKIA|ASIA)[0-9A-Z]{16}"),
    (("-----begin ",), r"-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)"),
    (("eyj",), r"eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*"),
    (("gh",), r"gh[pousr]_\w{20,}"),
    (("xox",), r"xox[abprs]-[\w-]{10,}"),
    (("@",), _USERINFO),
    (("password=", "passwd=", "secret=", "token=", "api_key=", "apikey="), _VALUE),
)
SECRET = re.compile("|".join(pattern for _, pattern in _KINDS))
_BY_SIGN = tuple((sign, re.compile(pattern)) for signs, pattern in _KINDS for sign in signs)


def digest(value: str) -> str:
    """Give what is shown instead of a secret value."""
    return f"(redacted {hmac.new(_KEY, value.encode(errors='surrogatepass'), hashlib.sha256).hexdigest()[:12]})"


def looks_secret(text: str) -> bool:
    """Say whether anything in a text would be redacted."""
    if not text.isascii():  # beyond ASCII there are letters that are small ones of others only to a pattern
        return SECRET.search(text) is not None
    small = text.lower()
    return any(sign in small and pattern.search(text) for sign, pattern in _BY_SIGN)


@lru_cache(maxsize=8_192)
def redacted_text(text: str) -> str:
    """Give a text in which everything that looks like a secret is a digest; a second time changes nothing."""
    if not looks_secret(text):
        return text
    return SECRET.sub(lambda match: digest(match[0]) if match[0] else "", text)
