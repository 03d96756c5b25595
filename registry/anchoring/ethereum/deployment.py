"""Deploying the contract where it does not stand yet, through the factory that gives it its one address."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from registry import errors
from registry.anchoring.ethereum import contract, stored_anchors
from registry.anchoring.ethereum.endpoint import CallRefused, Endpoint, hexadecimal, quantity, record
from registry.anchoring.ethereum.fees import offer
from registry.anchoring.ethereum.network import LATEST, Chain, Network, middle
from registry.anchoring.ethereum.signer import Signer, Transaction, transaction_hash
from registry.storage.database import Database

DEPLOYMENT_GAS = 300_000
"""It takes 153,608."""
PATIENCE_SECONDS = 300.0
BETWEEN_LOOKS_SECONDS = 3.0


@dataclass(frozen=True)
class Deployed:
    """Where the contract stands; ``transaction`` is None where it stood before. ``gas`` is what it took."""

    address: bytes
    transaction: bytes | None
    gas: int | None


def deploy(
    database: Database, network: Network, signer: Signer, pause: Callable[[float], None] = time.sleep
) -> Deployed:
    """Deploys the contract unless it stands there; waits until it does.

    Conflict (``anchor_in_flight``) while a transaction of the same key is on its way, Unavailable
    (``ethereum_unavailable``, ``fees_above_limit``, ``deployment_unfinished``), Broken as the signer. A crash leaves a
    transaction that nobody remembers; doing it again finds the contract, or deploys it.
    """
    chain = Chain(network)
    try:
        chain.begin_round()
        if _stands(chain):
            return Deployed(contract.ADDRESS, None, None)
        with database.read() as session:
            if stored_anchors.has_in_flight(session, network.chain_id):
                raise errors.Conflict(
                    "anchor_in_flight",
                    "An anchor is on its way, and whoever deploys meanwhile would take its place in line.",
                    hint="Wait until 'registry anchor status' shows it in a block, then deploy.",
                )
        _check_factory(chain)
        sent = _send(chain, network, signer)
        waited = 0.0
        while waited < PATIENCE_SECONDS:
            chain.begin_round()
            receipts = chain.ask_each(lambda endpoint: endpoint.ask("eth_getTransactionReceipt", hexadecimal(sent)))
            mined = next((record(receipt) for _, receipt in receipts if receipt is not None), None)
            if mined is not None and _stands(chain):
                return Deployed(contract.ADDRESS, sent, quantity(mined.get("gasUsed")))
            pause(BETWEEN_LOOKS_SECONDS)
            waited += BETWEEN_LOOKS_SECONDS
        raise errors.Unavailable(
            "deployment_unfinished",
            f"The transaction 0x{sent.hex()} was sent, and the contract does not stand there yet.",
            hint="Look the transaction up in an explorer; 'registry anchor deploy' may be repeated.",
        )
    finally:
        chain.close()


def _send(chain: Chain, network: Network, signer: Signer) -> bytes:
    counts = chain.numbers("eth_getTransactionCount", hexadecimal(signer.address), LATEST)
    base_fee = middle(
        fee
        for _, fee in chain.ask_each(
            lambda one: quantity(record(one.ask("eth_getBlockByNumber", LATEST, False)).get("baseFeePerGas"))
        )
    )
    if not counts or base_fee is None:
        raise _no_node(chain)
    fees = offer(base_fee, network.tip, network.most_fee)
    if fees is None:
        raise errors.Unavailable(
            "fees_above_limit",
            "The chain asks for more than max_fee_gwei allows.",
            hint="Wait until it asks for less, or raise the limit in the file of networks.",
        )
    raw = signer.sign(
        Transaction(
            network.chain_id, counts[0], contract.FACTORY, contract.deployment(), DEPLOYMENT_GAS, fees.max_fee, fees.tip
        )
    )

    def sent(endpoint: Endpoint) -> str | None:
        try:
            endpoint.ask("eth_sendRawTransaction", hexadecimal(raw))
        except CallRefused as error:
            return error.message
        return None

    refusals = [why for _, why in chain.ask_each(sent)]
    if not refusals or None not in refusals:
        raise errors.Unavailable(
            "ethereum_unavailable",
            f"No node took the transaction: {'; '.join(filter(None, refusals)) or 'none answered'!a}.",
            hint="Nothing was deployed. Check the operator's funds and the network's endpoints.",
        )
    return transaction_hash(raw)


def _stands(chain: Chain) -> bool:
    codes = chain.ask_each(lambda endpoint: endpoint.ask("eth_getCode", hexadecimal(contract.ADDRESS), LATEST))
    if not codes:
        raise _no_node(chain)
    return any(code == hexadecimal(contract.code()) for _, code in codes)


def _check_factory(chain: Chain) -> None:
    codes = chain.ask_each(lambda endpoint: endpoint.ask("eth_getCode", hexadecimal(contract.FACTORY), LATEST))
    if not any(isinstance(code, str) and code != "0x" for _, code in codes):
        raise errors.Unavailable(
            "ethereum_unavailable",
            f"The factory 0x{contract.FACTORY.hex()} does not stand in this chain, so the contract cannot.",
            hint="Deploy the factory first, as the repository deterministic-deployment-proxy says.",
        )


def _no_node(chain: Chain) -> errors.Unavailable:
    why = " ".join(chain.faults.values())
    return errors.Unavailable(
        "ethereum_unavailable",
        f"No node of {chain.network.name} can be used. {why}".rstrip(),
        hint="Check its endpoints in the file that REGISTRY_ETHEREUM_NETWORKS names.",
    )
