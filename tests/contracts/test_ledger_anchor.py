"""The contract: its own tests, the committed artefact, and what it costs on a real node."""

import json
import subprocess
from typing import Any

import pytest

from tests.contracts.local_chain import CONTRACTS, FACTORY, Chain, environment, local_chain

ARTEFACT: dict[str, Any] = json.loads((CONTRACTS / "LedgerAnchor.json").read_text(encoding="utf-8"))
SALT = "0" * 64
ROOTS = ["ab" * 32, "cd" * 32]
MOST_GAS_FOR_AN_ANCHOR = 30_000
GAS = {"deployment": 153_608, "first anchor": 46_672, "later anchor": 29_572}
"""The snapshot: whatever changes one of these changes what operators pay, and belongs into the changelog."""


def run(*command: str) -> str:
    done = subprocess.run(command, cwd=CONTRACTS, env=environment(), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def deployed(chain: Chain) -> str:
    """The address at which the factory puts the contract, now there."""
    data = f"0x{SALT}{ARTEFACT['bytecode'][2:]}"
    address = chain.call(FACTORY, data)
    chain.send(account(chain), FACTORY, data)
    return address


def account(chain: Chain, number: int = 0) -> str:
    accounts: list[str] = chain.ask("eth_accounts")
    return accounts[number]


def anchor(root: str, size: int) -> str:
    return f"0x{ARTEFACT['methodIdentifiers']['anchor(bytes32,uint64)']}{root}{size:064x}"


def accumulator(chain: Chain, contract: str, operator: str) -> str:
    data = f"0x{ARTEFACT['methodIdentifiers']['acc(address)']}{operator[2:]:0>64}"
    return chain.call(contract, data)


def test_the_contracts_own_tests_pass() -> None:
    report = json.loads(run("forge", "test", "--json"))
    results = {name: test["status"] for suite in report.values() for name, test in suite["test_results"].items()}
    assert len(results) >= 7
    assert set(results.values()) == {"Success"}


def test_the_committed_artefact_is_what_the_compiler_makes() -> None:
    run("node", "compile.js", "--check")


@pytest.fixture(scope="module")
def places() -> dict[int, tuple[str, str]]:
    """Address and code of the contract, by chain id."""
    found = {}
    for chain_id in (31337, 560048):
        with local_chain(chain_id) as chain:
            address = deployed(chain)
            found[chain_id] = (address, chain.ask("eth_getCode", address, "latest"))
    return found


def test_it_has_the_same_address_on_every_chain(places: dict[int, tuple[str, str]]) -> None:
    assert len({address for address, _ in places.values()}) == 1


def test_what_is_deployed_is_the_committed_code(places: dict[int, tuple[str, str]]) -> None:
    assert {code for _, code in places.values()} == {ARTEFACT["deployedBytecode"]}


def test_what_is_paid_is_what_the_snapshot_says() -> None:
    with local_chain(31337) as chain:
        operator = account(chain)
        contract = chain.call(FACTORY, f"0x{SALT}{ARTEFACT['bytecode'][2:]}")
        deployment = chain.send(operator, FACTORY, f"0x{SALT}{ARTEFACT['bytecode'][2:]}")
        anchors = [chain.send(operator, contract, anchor(ROOTS[0], size)) for size in (1, 1)]
        paid = [int(receipt["gasUsed"], 16) for receipt in (deployment, *anchors)]
    assert dict(zip(GAS, paid, strict=True)) == GAS
    assert GAS["later anchor"] <= MOST_GAS_FOR_AN_ANCHOR


def test_an_anchor_costs_no_more_than_promised_and_tells_what_was_anchored() -> None:
    with local_chain(31337) as chain:
        contract, operator, other = deployed(chain), account(chain, 0), account(chain, 1)
        first = chain.send(operator, contract, anchor(ROOTS[0], 1))
        before = accumulator(chain, contract, operator)
        second = chain.send(operator, contract, anchor(ROOTS[1], 100_000))
        assert int(second["gasUsed"], 16) <= MOST_GAS_FOR_AN_ANCHOR
        assert int(first["gasUsed"], 16) <= MOST_GAS_FOR_AN_ANCHOR + 17_100  # the slot is new
        (event,) = second["logs"]
        assert event["topics"][1:] == [f"0x{operator[2:]:0>64}", f"0x{ROOTS[1]}", f"0x{100_000:064x}"]
        assert event["data"] == before
        assert accumulator(chain, contract, other) == f"0x{0:064x}"
        assert accumulator(chain, contract, operator) not in (before, f"0x{0:064x}")
