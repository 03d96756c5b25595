"""Everything at once that can happen to an anchor, drawn from a seed: and what must hold in spite of it.

No anchor is lost, none is called final that is not, and there is at most one transaction too many for each fault.
"""

import random
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from registry.anchoring.ethereum import stored_anchors
from tests.anchoring.ethereum import faulty_node
from tests.anchoring.ethereum.faulty_node import Fault, FaultyNode
from tests.anchoring.ethereum.killed_worker import NOT_KILLED, Where, opened, round_killed_at
from tests.anchoring.ethereum.scene import CHAIN_ID, Scene, deploy_contract, scene
from tests.api.appended import append
from tests.contracts.local_chain import local_chain
from tests.deterministic import SteppingClock

EPOCH = 32
"""Slots, as in the real chain: what is 64 blocks deep is final, and reorganisations of 40 are survived."""
DEEPEST_REORGANISATION = 40
STEPS = 14
MOST_ARROWS = 14
HEALING_ROUNDS = 40
START = 1_700_000_000_000
FAULTS: tuple[Fault, ...] = (
    faulty_node.busy,
    faulty_node.talking_nonsense,
    faulty_node.dropping,
    faulty_node.refusing,
    faulty_node.claiming_finality,
    faulty_node.making_up_receipts,
    faulty_node.changing_headers,
    faulty_node.changing_logs,
    faulty_node.counting_too_far,
    faulty_node.silent,
    faulty_node.stale(3),
    faulty_node.stale(1000),
)


@dataclass
class Outcome:
    """What the seeds met, to see that they were not all harmless."""

    faults: dict[str, int] = field(default_factory=dict)
    anchors: int = 0
    lost_nonces: int = 0
    transactions: int = 0

    def count(self, name: str) -> None:
        self.faults[name] = self.faults.get(name, 0) + 1


@dataclass
class _Tortured:
    one: Scene
    nodes: list[FaultyNode]
    where: Where
    chance: random.Random
    outcome: Outcome
    harmed: int = 0

    def step(self) -> None:
        actions: tuple[tuple[int, Callable[[], None]], ...] = (
            (4, self.grow),
            (6, self.go_on),
            (4, self.mine),
            (5, self.kill),
            (3, self.reorganise),
            (2, self.raise_base_fee),
            (2, self.drop),
            (4, self.disturb),
            (2, self.calm),
        )
        weights, acts = zip(*actions, strict=True)
        self.chance.choices(acts, weights)[0]()

    def grow(self) -> None:
        append(self.one.installation, self.chance.randint(1, 3))

    def go_on(self) -> None:
        self.one.round(seconds=self.chance.choice((0, 12, 70, 200)))

    def mine(self) -> None:
        self.one.mine(self.chance.choice((1, 1, 2, 8, 30, 70)))

    def kill(self) -> None:
        fatal = self.chance.randrange(MOST_ARROWS)
        if round_killed_at(self.where, fatal, self.now()) is None:
            self.harm("kill -9")

    def reorganise(self) -> None:
        height = int(self.one.node.ask("eth_blockNumber"), 16)
        depth = min(self.chance.randint(1, DEEPEST_REORGANISATION), height - 2)
        if depth > 0:
            self.one.node.ask("anvil_reorg", depth, [])
            self.harm("reorganisation")

    def raise_base_fee(self) -> None:
        base = int(self.one.node.ask("eth_getBlockByNumber", "latest", False)["baseFeePerGas"], 16)
        self.one.node.ask("anvil_setNextBlockBaseFeePerGas", hex(50 * max(base, 1)))
        self.one.mine()
        self.harm("base fee times 50")

    def drop(self) -> None:
        self.one.node.ask("anvil_dropAllTransactions")
        self.harm("dropped pool")

    def disturb(self) -> None:
        """One node of the three: two must be honest."""
        self.calm()
        fault = self.chance.choice(FAULTS)
        self.chance.choice(self.nodes).fault = fault
        self.harm(fault.__qualname__.partition(".")[0])

    def calm(self) -> None:
        for node in self.nodes:
            node.fault = None

    def harm(self, name: str) -> None:
        self.harmed += 1
        self.outcome.count(name)

    def now(self) -> int:
        clock = self.one.installation.clock
        assert isinstance(clock, SteppingClock)
        return clock.now

    def check_finality(self) -> None:
        """What is called final is in the chain, as deep as the chain itself asks for."""
        final = int(self.one.node.ask("eth_getBlockByNumber", "finalized", False)["number"], 16)
        for anchor in self.one.anchors():
            if anchor.state in ("finalized", "pinned"):
                block = self.one.node.ask("eth_getBlockByNumber", hex(anchor.block_number or 0), False)
                assert block["hash"] == "0x" + (anchor.block_hash or b"").hex()
                assert (anchor.block_number or 0) <= final

    def heal(self) -> None:
        """Without faults everything becomes final, and every entry is anchored."""
        self.calm()
        append(self.one.installation, 1)
        for _ in range(HEALING_ROUNDS):
            self.one.round(seconds=100)
            self.one.mine(8)
            if self._is_whole():
                return
        raise AssertionError(f"not every entry is anchored: {self.one.states()}")

    def _is_whole(self) -> bool:
        installation = self.one.installation
        with installation.database.read() as session:
            final = stored_anchors.newest_final(session, CHAIN_ID)
            covered = 0 if final is None else final.tree_size
            left = installation.ledger.head(session).size - covered - stored_anchors.pins_from(session, covered)
        return left == 0 and set(self.one.states()) <= {"pinned", "lost"}

    def check_end(self) -> None:
        self.check_finality()
        states = self.one.states()
        known = states.count("pinned")
        told = len(self.one.anchored())
        assert known <= told <= known + self.harmed, f"{told} transactions for {known} anchors and {self.harmed} faults"
        self.outcome.anchors += known
        self.outcome.lost_nonces += states.count("lost")
        self.outcome.transactions += told


@contextmanager
def _made(seed: int, folder: Path, database_url: str, outcome: Outcome) -> Iterator[_Tortured]:
    with ExitStack() as opened_here:
        node = opened_here.enter_context(local_chain(CHAIN_ID, "--slots-in-an-epoch", str(EPOCH)))
        deploy_contract(node)
        nodes = [opened_here.enter_context(faulty_node.before(node)) for _ in range(3)]
        urls = [one.url for one in nodes]
        changes = {"daily_budget": 10**18}
        where = Where(folder / f"home-{seed}", database_url, urls, changes)
        installation = opened_here.enter_context(opened(where, START))
        one = scene(installation, node, urls, **changes)
        opened_here.callback(one.worker.close)
        yield _Tortured(one, nodes, where, random.Random(seed), outcome)


def torture(seed: int, folder: Path, database_url: str, outcome: Outcome) -> None:
    """One seed. AssertionError if anything does not hold."""
    with _made(seed, folder, database_url, outcome) as tortured:
        tortured.grow()
        for _ in range(STEPS):
            tortured.step()
            tortured.check_finality()
        tortured.heal()
        tortured.check_end()
        assert round_killed_at(tortured.where, NOT_KILLED, tortured.now()) is not None
