"""Whose a timestamp token is, and whether it held up to the moment at which something else took over."""

from collections.abc import Sequence
from dataclasses import dataclass

from registry.verify.certificate import Certificate
from registry.verify.errors import VerificationError
from registry.verify.reading import Reading
from registry.verify.report import UNPROVEN, Checks, rfc3339
from registry.verify.timestamp import Timestamp


@dataclass(frozen=True)
class Trust:
    """What the reader can say of a token: ``detail`` in words, and whether it is ``trusted``.

    ``expired`` (milliseconds) is when a certificate of it did, where it is trusted nevertheless. ``error`` is what
    failed.
    """

    detail: str
    trusted: bool = False
    expired: int | None = None
    error: VerificationError | None = None

    def tell(self, checks: Checks, name: str) -> None:
        """Makes the check ``authority NAME`` of it."""
        label = f"authority {name}"
        if self.error is not None:
            checks.fail(label, self.error)
        elif self.trusted:
            checks.attempt(label, lambda: (self.detail, None))
        else:
            checks.skip(label, self.detail)


@dataclass(frozen=True)
class Terms:
    """What a token is judged by: the ``roots`` and the ``reading`` that the caller gives, and the moment ``until``
    (milliseconds) up to which it has to hold, when it was renewed or is read.

    ``roots`` are None if there are none, which leaves open whose token it is.
    """

    roots: Sequence[Certificate] | None
    reading: Reading
    until: int


def trust_in(timestamp: Timestamp, others: Sequence[Certificate], terms: Terms, *, strictly: bool) -> Trust:
    """Whether the certificates of an intact token, and ``others``, lead to a root, and what it rests on held.

    An algorithm that was distrusted by then takes all trust away. A certificate that had expired does so ``strictly``,
    as RFC 4998 demands of what is renewed (section 5.3); else the token is taken at its own time, and the report names
    what expired.
    """
    if terms.roots is None:
        return Trust("No root was given (--tsa-root): anyone can make an authority of this name.")
    try:
        path = timestamp.path(others, terms.roots)
    except VerificationError as error:
        return Trust(str(error), error=error)
    if path is None:
        return Trust("Its certificates lead to none of the roots that were given.")
    broken = terms.reading.first_distrusted(timestamp.algorithms(path), terms.until)
    if broken is not None:
        return Trust(f"{UNPROVEN}: {broken}, and nothing that holds renewed the timestamp before.")
    return _trust_in_path(path, terms.until, strictly=strictly)


def _trust_in_path(path: Sequence[Certificate], until: int, *, strictly: bool) -> Trust:
    led = f"Its certificate leads to a root that was given, over {len(path)} certificates."
    end = min(certificate.not_after for certificate in path)
    if end >= until * 1_000:
        return Trust(led, trusted=True)
    expired = end // 1_000
    told = f"expired at {rfc3339(expired)}, and nothing that holds renewed the timestamp before."
    if strictly:
        return Trust(f"{UNPROVEN}: a certificate of it {told}")
    return Trust(f"{led} One of them {told}", trusted=True, expired=expired)
