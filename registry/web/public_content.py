"""Content that is the same for everybody: compressed once, and sent so to whoever takes it.

Nothing else is compressed: the length of a compressed page that shows secrets beside a stranger's text tells of the
secrets (BREACH, 2013).
"""

import gzip
import hashlib
from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response

FOR_EVER = "public, max-age=31536000, immutable"
"""Cache-Control (RFC 8246) where another content has another address."""
WORTH_IT = 1_000
"""Bytes below which an answer fits into one packet either way."""


class PublicContent:
    """``content``, the beginning of its SHA-256 for addresses, and its gzip (RFC 1952) where that is worth it."""

    def __init__(self, content: bytes, media_type: str) -> None:
        self.content = content
        self.digest = hashlib.sha256(content).hexdigest()[:16]
        self._media_type = media_type
        # Without a time in it, the same content gives the same bytes.
        self._gzip = gzip.compress(content, mtime=0) if len(content) >= WORTH_IT else None

    def answer(self, request: Request, headers: Mapping[str, str]) -> Response:
        """All of it, in the coding that ``request`` takes."""
        if self._gzip is None:
            return Response(self.content, media_type=self._media_type, headers=headers)
        varying = {**headers, "Vary": "Accept-Encoding"}
        if takes_gzip(request.headers.get("Accept-Encoding", "")):
            return Response(self._gzip, media_type=self._media_type, headers={**varying, "Content-Encoding": "gzip"})
        return Response(self.content, media_type=self._media_type, headers=varying)


def takes_gzip(accepted: str) -> bool:
    """Whether the header Accept-Encoding (RFC 9110, section 12.5.3) names gzip, and not with a weight of nothing."""
    for part in accepted.lower().split(","):
        coding, _, weight = part.partition(";")
        if coding.strip() == "gzip":
            return weight.replace(" ", "").rstrip("0") not in ("q=", "q=0.", "q=.")
    return False
