"""Trust policies: the standard's example, every rule of its grammar, and quorums by exhaustion."""

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.ledger.cosigner import Cosigner
from registry.ledger.note_signer import NoteSigner
from registry.ledger.private_key import Ed25519Key
from registry.verify.cosignature import ED25519_COSIGNATURE, CosignerKey
from registry.verify.errors import Malformed
from registry.verify.policy import Policy

NAMES = ("X1", "X2", "X3", "Y1", "Y2", "Y3")


def key(number: int) -> CosignerKey:
    return Cosigner(f"example.com/w{number}", ED25519_COSIGNATURE, Ed25519Key(bytes([number]) * 32)).key


KEYS = {name: key(number) for number, name in enumerate(NAMES)}
LOG = NoteSigner("example.com/log", bytes(32)).verifier_key
WITNESSES = "".join(f"witness {name} {KEYS[name]}\n" for name in NAMES)
EXAMPLE = f"""\
# the example of the standard
log {LOG}  https://log.example.com/
{WITNESSES}
group X-witnesses 2 X1 X2 X3
\tgroup Y-witnesses any Y1 Y2 Y3

group X-and-Y all X-witnesses Y-witnesses
quorum X-and-Y
"""


def policy(text: str) -> Policy:
    return Policy.parse(text.encode())


def test_the_example_holds_for_exactly_the_sets_that_it_means() -> None:
    parsed = policy(EXAMPLE)
    assert [(log.key, log.url) for log in parsed.logs] == [(LOG, "https://log.example.com/")]
    for count in range(len(NAMES) + 1):
        for chosen in combinations(NAMES, count):
            x = sum(name.startswith("X") for name in chosen)
            assert parsed.holds([KEYS[name] for name in chosen]) == (x >= 2 and len(chosen) > x), chosen


@pytest.mark.parametrize("threshold", range(1, 7))
def test_k_of_n_holds_from_k_on(threshold: int) -> None:
    parsed = policy(f"{WITNESSES}group all-of-them {threshold} {' '.join(NAMES)}\nquorum all-of-them\n")
    for count in range(len(NAMES) + 1):
        assert parsed.holds([KEYS[name] for name in NAMES[:count]]) == (count >= threshold)


def test_no_quorum_holds_always_and_one_witness_alone_can_be_it() -> None:
    assert policy("quorum none\n").holds([])
    alone = policy(f"{WITNESSES}quorum X2\n")
    assert alone.holds([KEYS["X2"]])
    assert not alone.holds([KEYS["X1"], KEYS["Y1"]])


def test_a_cosigner_that_is_not_listed_counts_for_nothing() -> None:
    assert not policy(f"{WITNESSES}group g any {' '.join(NAMES)}\nquorum g\n").holds([key(77)])


@pytest.mark.parametrize(
    "text",
    [
        "",
        "quorum none",
        "quorum none\r\n",
        "quorum none\nquorum none\n",
        "quorum\n",
        "quorum X1\n",
        "quorum none more\n",
        "Quorum none\n",
        f"witness none {KEYS['X1']}\nquorum none\n",
        f"witness X1 {LOG}\nquorum X1\n",
        f"log {KEYS['X1']}\nquorum none\n",
        f"log {LOG}\nlog {LOG}\nquorum none\n",
        f"witness X1 {KEYS['X1']}\nwitness X2 {KEYS['X1']}\nquorum X1\n",
        f"witness X1 {KEYS['X1']}\nwitness X1 {KEYS['X2']}\nquorum X1\n",
        f"witness X1 {KEYS['X1']} http://a http://b\nquorum X1\n",
        f"{WITNESSES}group g 0 X1\nquorum g\n",
        f"{WITNESSES}group g 2 X1\nquorum g\n",
        f"{WITNESSES}group g 01 X1\nquorum g\n",
        f"{WITNESSES}group g some X1\nquorum g\n",
        f"{WITNESSES}group g any\nquorum g\n",
        f"{WITNESSES}group g any none\nquorum g\n",
        f"{WITNESSES}group g any Z1\nquorum g\n",
        f"{WITNESSES}group g any X1 X1\nquorum g\n",
        f"{WITNESSES}group g any g\nquorum g\n",
        f"{WITNESSES}group X1 any X2\nquorum X1\n",
        f"{WITNESSES}group g any X1\ngroup h any X1\nquorum g\n",
        f"{WITNESSES}quorum h\ngroup h any X1\n",
        "\x00quorum none\n",
        "#" * 1_048_576 + "\nquorum none\n",
    ],
)
def test_everything_else_is_no_policy(text: str) -> None:
    with pytest.raises(Malformed):
        policy(text)


def test_a_mistake_is_told_with_its_line() -> None:
    with pytest.raises(Malformed, match="Line 3 "):
        policy("# one\n\nquorum nobody\n")


@given(st.binary(max_size=60))
def test_arbitrary_bytes_raise_nothing_else(content: bytes) -> None:
    try:
        Policy.parse(content)
    except Malformed:
        return
