"""One sign-in under way: what the browser keeps of it while its person is at the provider.

A cookie holds when it began, a random number and where to go on. What the provider is told (state, nonce and the
verifier of PKCE) follows from it under the installation's secret: nothing has to be stored for strangers, and a
cookie that was changed answers to no state.
"""

import base64
import binascii
import hmac
import re
from dataclasses import dataclass, field
from typing import Self

from registry import errors
from registry.clock import Clock
from registry.ids import Randomness

RANDOM_BYTES = 32
LONGEST = 10 * 60_000
"""Milliseconds that a person may take at the provider, as long as a code may live (RFC 6749, section 4.1.2)."""
LONGEST_BACK = 1024
"""Characters of the address to go on to; a longer one is left out. Browsers keep cookies of 4,096 bytes."""

_DOMAIN = b"registry/openid-connect-attempt/v1\n"
_TEXT = re.compile(r"([1-9][0-9]{0,14})\.[0-9a-f]{64}\.([A-Za-z0-9_-]{0,1400})", re.ASCII)


@dataclass(frozen=True)
class Attempt:
    """``text`` is the cookie's; ``back`` an address of this site. The others go to the provider."""

    text: str = field(repr=False)
    back: str
    state: str = field(repr=False)
    nonce: str = field(repr=False)
    verifier: str = field(repr=False)

    @classmethod
    def begin(cls, back: str, secret: bytes, clock: Clock, randomness: Randomness) -> Self:
        """A new one; ``back`` is where its person wanted to go."""
        kept = back if len(back) <= LONGEST_BACK else ""
        place = base64.urlsafe_b64encode(kept.encode()).decode().rstrip("=")
        return cls._of(f"{clock.milliseconds()}.{randomness.take(RANDOM_BYTES).hex()}.{place}", kept, secret)

    @classmethod
    def resumed(cls, text: str, state: str, secret: bytes, clock: Clock) -> Self:
        """The attempt of the cookie ``text`` that ``state`` answers.

        Refused (``sign_in_not_begun``) if this browser began no such attempt, or too long ago.
        """
        found = _TEXT.fullmatch(text)
        if found is None:
            raise _not_begun()
        age = clock.milliseconds() - int(found[1])
        try:
            back = base64.urlsafe_b64decode(found[2] + "=" * (-len(found[2]) % 4)).decode()
        except (binascii.Error, UnicodeDecodeError):
            raise _not_begun() from None
        attempt = cls._of(text, back, secret)
        if not 0 <= age <= LONGEST or not hmac.compare_digest(attempt.state.encode(), state.encode()):
            raise _not_begun()
        return attempt

    @classmethod
    def _of(cls, text: str, back: str, secret: bytes) -> Self:
        def derived(what: bytes) -> str:
            told = hmac.digest(secret, _DOMAIN + what + b"\n" + text.encode("ascii"), "sha256")
            return base64.urlsafe_b64encode(told).decode().rstrip("=")

        # 43 characters each: what RFC 7636 asks of a verifier at least.
        return cls(text, back, derived(b"state"), derived(b"nonce"), derived(b"verifier"))


def _not_begun() -> errors.Refused:
    return errors.Refused(
        "sign_in_not_begun",
        "This sign-in was not begun in this browser, or more than ten minutes ago; nobody was signed in.",
        hint="Begin again at the sign-in page, and allow its cookie.",
    )
