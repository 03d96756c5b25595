"""Whether rewriting the chain that a witness belongs to is known to cost anybody anything."""

from registry.verify.bitcoin_anchor import is_of_bitcoin_test_network
from registry.verify.ethereum_chain import is_of_ethereum_test_network
from registry.verify.report import Witness


def is_of_test_network(witness: Witness) -> bool:
    """Whether ``witness`` is a block of a chain without economic security."""
    return is_of_ethereum_test_network(witness) or is_of_bitcoin_test_network(witness)
