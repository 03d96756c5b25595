"""Which chain a block is of, and how far it can be trusted to be of it.

Who verifies looks the block's hash up somewhere else, in any explorer or node, and gives it as ``<chain id>:<hash>``.
"""

from collections.abc import Sequence

from registry.verify.ethereum_block import Header
from registry.verify.known_block import KnownBlock, chain_id_of, chain_label
from registry.verify.report import Checks, Witness

KIND = "ethereum"
SLOT_SECONDS = 12
"""A block is made within the slot that its time begins: what was in it was there a slot later, for sure."""
_NAMES = {1: "Ethereum"}
_TEST_NAMES = {11155111: "Sepolia", 560048: "Hoodi", 31337: "a local chain"}


def chain_name(chain_id: int) -> str:
    """What people call the chain."""
    return _NAMES.get(chain_id) or _TEST_NAMES.get(chain_id) or f"the chain {chain_id}"


def has_economic_security(chain_id: int) -> bool:
    """Whether rewriting the chain is known to cost its makers anything; of test networks it does not."""
    return chain_id in _NAMES


def is_of_ethereum_test_network(witness: Witness) -> bool:
    """Whether ``witness`` is a block of a chain without economic security."""
    return witness.kind == KIND and not has_economic_security(chain_id_of(witness.name))


def check_chain(
    checks: Checks, name: str, chain_id: int, headers: Sequence[Header], known: Sequence[KnownBlock] | None
) -> bool:
    """Checks under ``name`` whether one of ``headers``, each the child of the one before, is a block that the caller
    knows; answers that."""
    of_chain = {block.hash for block in known or () if block.chain == chain_label(chain_id)}
    first = headers[0]
    where = f"block {first.number} of {chain_name(chain_id)}, hash 0x{first.hash.hex()}"
    if not of_chain:
        checks.skip(name, f"No block was given (--block): look up whether there is {where}.")
        return False
    found = next((header for header in headers if header.hash in of_chain), None)
    if found is None:
        checks.skip(name, f"No block that was given is {where}, or one of those after it in here.")
        return False
    security = "" if has_economic_security(chain_id) else " A test network: no economic security."
    checks.attempt(name, lambda: (f"Block {found.number} was given, and it is {where}, or after it.{security}", None))
    return True
