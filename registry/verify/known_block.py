"""Blocks that whoever verifies knows from somewhere else than the file: from any explorer or node.

A header shows what follows from it, not which chain it belongs to: anyone can make a header.
"""

import re
from dataclasses import dataclass

from registry.verify.encoding import quoted
from registry.verify.errors import Malformed

BITCOIN = "bitcoin"
LARGEST_CHAIN_ID = 2**53 - 1
"""What canonical JSON can say."""
_NAMESPACE = "eip155-"
_WRITTEN = re.compile(rf"({BITCOIN}|[1-9][0-9]{{0,15}}):(?:0x)?([0-9a-f]{{64}})", re.ASCII)


@dataclass(frozen=True)
class KnownBlock:
    """``chain`` is what it is called among witnesses, ``hash`` is in the order in which it is shown to people."""

    chain: str
    hash: bytes

    @classmethod
    def parse(cls, text: str) -> "KnownBlock":
        """Malformed unless ``text`` is a chain's id (EIP-155) or ``bitcoin``, a colon and a hash of 64 hexadecimal
        digits, perhaps after 0x."""
        found = _WRITTEN.fullmatch(text.lower())
        if found is None or (found[1] != BITCOIN and int(found[1]) > LARGEST_CHAIN_ID):
            raise Malformed(
                f"{quoted(text)} is no block: give it as 1:0x... with the chain's id, or as bitcoin:..., and its hash."
            )
        return cls(BITCOIN if found[1] == BITCOIN else chain_label(int(found[1])), bytes.fromhex(found[2]))

    @classmethod
    def of_ethereum(cls, chain_id: int, block_hash: bytes) -> "KnownBlock":
        """The one of the chain with this id."""
        return cls(chain_label(chain_id), block_hash)

    def __str__(self) -> str:
        return f"{self.chain.removeprefix(_NAMESPACE)}:{self.hash.hex()}"


def chain_label(chain_id: int) -> str:
    """What the chain is called among witnesses (CAIP-2, with a dash, as it is in names of folders)."""
    return f"{_NAMESPACE}{chain_id}"


def chain_id_of(label: str) -> int:
    """The chain that is called ``label``."""
    return int(label.removeprefix(_NAMESPACE))
