"""Headers of Bitcoin's blocks from a server with the interface of Esplora, in front of a node of one's own or not.

What it says is not believed: a header is only used if a proof leads to its Merkle root.
"""

from collections.abc import Callable
from http import HTTPStatus

from registry import errors
from registry.outbound.http_requests import HttpRequests
from registry.verify.bitcoin_block import HEADER_BYTES, Header
from registry.verify.encoding import HASH_BYTES, hex_bytes
from registry.verify.errors import VerificationError

LARGEST_ANSWER = 1_000
"""Bytes: a header has 160 digits."""


class Explorer:
    """The server at ``address``."""

    def __init__(self, address: str, make_requests: Callable[[], HttpRequests] = HttpRequests) -> None:
        self._address = address
        self._make_requests = make_requests

    def header(self, height: int, merkle_root: bytes) -> bytes:
        """The header of the block of this height, which has this Merkle root.

        Unavailable (``bitcoin_header``, and as of :class:`HttpRequests`) if it has another: then the block was
        replaced, or the server does not tell the truth.
        """
        with self._make_requests() as requests:
            block = self._told(requests, f"block-height/{height}", HASH_BYTES)
            encoded = self._told(requests, f"block/{block.hex()}/header", HEADER_BYTES)
        try:
            found = Header.parse(encoded)
        except VerificationError as error:
            raise self._unusable(str(error)) from error
        if found.hash != block or found.merkle_root != merkle_root:
            raise self._unusable(f"its block {height} is not the one that the proof leads to")
        return encoded

    def _told(self, requests: HttpRequests, path: str, length: int) -> bytes:
        answer = requests.get(f"{self._address}/{path}", LARGEST_ANSWER)
        if answer.status != HTTPStatus.OK:
            raise self._unusable(f"it answered with HTTP status {answer.status}")
        try:
            return hex_bytes(answer.body.decode("ascii", "replace").strip(), length)
        except VerificationError as error:
            raise self._unusable(str(error)) from error

    def _unusable(self, why: str) -> errors.Unavailable:
        return errors.Unavailable(
            "bitcoin_header",
            f"There is no header from {self._address} that can be used: {why.rstrip('.')}.",
            hint="It is asked again later. If it goes on, check REGISTRY_BITCOIN_EXPLORER.",
        )
