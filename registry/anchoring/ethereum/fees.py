"""What to offer for a transaction: enough to be taken soon, never more than the settings allow. Amounts are in wei.

EIP-1559: of each gas the base fee is burnt and the tip goes to the block's maker; ``max_fee`` bounds both together.
"""

from dataclasses import dataclass

GWEI = 10**9
ETHER = 10**18
_BUMP_NUMERATOR, _BUMP_DENOMINATOR = 1125, 1000
"""An eighth more, for both: nodes refuse a replacement that offers less than a tenth more."""
_HEADROOM = 2
"""Times the base fee, which then can rise for six full blocks (by an eighth each) before the offer is too low."""


@dataclass(frozen=True)
class Fees:
    """An offer for each gas."""

    max_fee: int
    tip: int


def offer(base_fee: int, tip: int, most: int) -> Fees | None:
    """The first offer; None if the base fee alone leaves no room for it below ``most``."""
    if base_fee + tip > most:
        return None
    return Fees(min(tip + _HEADROOM * base_fee, most), tip)


def raised(before: Fees, base_fee: int, most: int) -> Fees | None:
    """An offer that replaces ``before``; None if ``most`` is in the way."""
    tip = _bumped(before.tip)
    least = _bumped(before.max_fee)
    if max(least, base_fee + tip) > most:
        return None
    return Fees(max(least, min(tip + _HEADROOM * base_fee, most)), tip)


def _bumped(amount: int) -> int:
    return -(-amount * _BUMP_NUMERATOR // _BUMP_DENOMINATOR)
