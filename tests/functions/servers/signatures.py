"""Whether a presigned address is what IAM would accept: computed here from AWS's description, not by botocore."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, quote, urlsplit

ALGORITHM = "AWS4-HMAC-SHA256"
LONGEST = 900


def refusal(token: str, host: str, service: str, asked: dict[str, str], keys: Mapping[str, str]) -> str | None:
    """Say why IAM would refuse a token for this host, service and question; None when it would not.

    `keys` are the secret access keys by access key id.
    """
    address = urlsplit(f"https://{token}")
    said = dict(parse_qsl(address.query, keep_blank_values=True, strict_parsing=True))
    if address.netloc != host or address.path != "/":
        return f"for {address.netloc}{address.path}, and not for {host}/"
    if {name: value for name, value in said.items() if not name.startswith("X-Amz-")} != asked:
        return "asks something else"
    key_id, day, region, of_service, end = said["X-Amz-Credential"].split("/")
    if (of_service, end, said["X-Amz-SignedHeaders"], said["X-Amz-Algorithm"]) != (
        service,
        "aws4_request",
        "host",
        ALGORITHM,
    ):
        return "signed for something else"
    signed_at = datetime.strptime(said["X-Amz-Date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    life = int(said["X-Amz-Expires"])
    age = datetime.now(UTC) - signed_at
    if life > LONGEST or not timedelta(seconds=-60) < age < timedelta(seconds=life):
        return "too old, or good for too long"
    if key_id not in keys:
        return "signed by nobody who is known"
    signature = said.pop("X-Amz-Signature")
    expected = _signature(host, said, (day, region, service), keys[key_id])
    return None if hmac.compare_digest(signature, expected) else "the signature is another one"


def _signature(host: str, said: dict[str, str], scope: tuple[str, str, str], secret: str) -> str:
    query = "&".join(f"{quote(name, safe='-_.~')}={quote(value, safe='-_.~')}" for name, value in sorted(said.items()))
    request = "\n".join(("GET", "/", query, f"host:{host}", "", "host", hashlib.sha256(b"").hexdigest()))
    place = "/".join((*scope, "aws4_request"))
    text = "\n".join((ALGORITHM, said["X-Amz-Date"], place, hashlib.sha256(request.encode()).hexdigest()))
    key = f"AWS4{secret}".encode()
    for part in (*scope, "aws4_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    return hmac.digest(key, text.encode(), "sha256").hex()
