"""TLS to the stores: always verified, against the authority that is named and no other, for the name that was asked."""

from __future__ import annotations

import ssl


def verified(authority: str) -> ssl.SSLContext:
    """Return a context that trusts the certificates in a file, or those of the system where none is named."""
    context = ssl.create_default_context(cafile=authority or None)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context
