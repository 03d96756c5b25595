"""One calendar of OpenTimestamps: it promises at once to put a digest into a block of Bitcoin, and proves it later.

Its protocol is the one of opentimestamps-server: ``POST /digest`` and ``GET /timestamp/<commitment>``.
"""

from collections.abc import Callable
from http import HTTPStatus

from registry import errors
from registry.anchoring.opentimestamps.making import begun, completed, in_blocks, promised, submitted
from registry.outbound.http_requests import Answer, HttpRequests
from registry.verify.errors import VerificationError
from registry.verify.opentimestamps import Proof, parse_timestamp

LARGEST_ANSWER = 10_000
"""Bytes: what the OpenTimestamps client reads of one."""
_TYPE = "application/vnd.opentimestamps.v1"
_SUBMITTED_TYPE = "application/octet-stream"


class Calendar:
    """The calendar called ``name`` at ``address``, which it must name in its promises."""

    def __init__(self, name: str, address: str, make_requests: Callable[[], HttpRequests] = HttpRequests) -> None:
        self.name = name
        self._address = address
        self._make_requests = make_requests

    def submit(self, text: bytes, nonce: bytes) -> Proof:
        """The proof over ``text`` with the calendar's promise at its end.

        Unavailable (``calendar_refused``, and as of :class:`HttpRequests`), Broken (``calendar_unusable``): also for a
        promise under another address, since nobody is asked whom the operator has not named.
        """
        with self._make_requests() as requests:
            answer = requests.post(
                f"{self._address}/digest",
                submitted(text, nonce),
                LARGEST_ANSWER,
                content_type=_SUBMITTED_TYPE,
                headers={"Accept": _TYPE},
            )
        if answer.status != HTTPStatus.OK:
            raise self._refused(answer)
        try:
            # Written and read again: together the parts may be deeper than what is ever read.
            proof = Proof.parse(begun(text, nonce, parse_timestamp(answer.body)).to_bytes())
            addresses = [address for address, _ in promised(proof)]
        except VerificationError as error:
            raise self._unusable(str(error)) from error
        if self._address not in {address.rstrip("/") for address in addresses}:
            named = ", ".join(addresses) or "none"
            raise self._unusable(f"its promise is one of another address ({named[:200]}), not of {self._address}")
        return proof

    def complete(self, proof: Proof) -> Proof | None:
        """``proof`` with the way to a block in place of the promise; None for as long as there is no block yet.

        Unavailable and Broken as :meth:`submit`.
        """
        commitment = next((one for address, one in promised(proof) if address.rstrip("/") == self._address), None)
        if commitment is None:
            raise self._unusable("the stored proof has no promise of this calendar's")
        with self._make_requests() as requests:
            answer = requests.get(
                f"{self._address}/timestamp/{commitment.hex()}", LARGEST_ANSWER, headers={"Accept": _TYPE}
            )
        if answer.status == HTTPStatus.NOT_FOUND:
            return None
        if answer.status != HTTPStatus.OK:
            raise self._refused(answer)
        try:
            found = Proof.parse(completed(proof, commitment, parse_timestamp(answer.body)).to_bytes())
            return found if in_blocks(found) else None
        except VerificationError as error:
            raise self._unusable(str(error)) from error

    def _refused(self, answer: Answer) -> errors.Unavailable:
        return errors.Unavailable(
            "calendar_refused",
            f"The calendar {self.name} gave no proof: it answered with HTTP status {answer.status}.",
            hint="It is asked again later. If it goes on, ask whoever runs it.",
        )

    def _unusable(self, why: str) -> errors.Broken:
        return errors.Broken(
            "calendar_unusable",
            f"What the calendar {self.name} answered is no proof that can be used: {why.rstrip('.')}.",
            hint="Name a calendar by the address that it calls itself, not by a pool's, in "
            "REGISTRY_OPENTIMESTAMPS_CALENDARS, or ask whoever runs it.",
        )
