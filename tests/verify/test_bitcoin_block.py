"""Headers of Bitcoin's blocks, known answers from its chain and from its rules."""

import pytest

from registry.verify.bitcoin_block import HEADER_BYTES, HIGHEST_TARGET, Header
from registry.verify.errors import Contradiction, Malformed, VerificationError

FIRST = bytes.fromhex(
    "0100000000000000000000000000000000000000000000000000000000000000000000003ba3edfd7a7b12b27ac72c3e67768f617fc81bc3888a"
    "51323a9fb8aa4b1e5e4a29ab5f49ffff001d1dac2b7c"
)
"""The first block of Bitcoin's chain (chainparams of Bitcoin Core)."""
HELLO_WORLD = bytes.fromhex(
    "02000000b96394585a281b7e5f438fd1c9ed492645a1fd61cb3802040000000000000000007ee445d23ad061af4a36b809501fab1ac4f2d7e7a7"
    "39817dd0cbb7ec661b8a1e376755f58616186272def6"
)
"""Block 358391, which has the first public proof of OpenTimestamps: any explorer shows it."""


@pytest.mark.parametrize(
    ("encoded", "shown", "time", "work"),
    [
        (FIRST, "000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f", 1231006505, 32),
        (HELLO_WORLD, "000000000000000003e892881a8cdcdc117c06d444057c98b6f04a9ee75a2319", 1432827678, 67),
    ],
)
def test_blocks_of_the_chain_have_the_hashes_that_everybody_knows(
    encoded: bytes, shown: str, time: int, work: int
) -> None:
    header = Header.parse(encoded)
    assert (header.hash.hex(), header.time, header.work) == (shown, time, work)
    assert header.can_be_of_bitcoin


def test_the_first_block_has_the_highest_target() -> None:
    assert Header.parse(FIRST).target == HIGHEST_TARGET


@pytest.mark.parametrize("place", range(HEADER_BYTES))
def test_a_header_with_any_bit_changed_lacks_its_work(place: int) -> None:
    for bit in range(8):
        changed = bytearray(HELLO_WORLD)
        changed[place] ^= 1 << bit
        with pytest.raises(VerificationError):
            Header.parse(bytes(changed))


@pytest.mark.parametrize("length", [0, 79, 81, 160])
def test_a_header_of_another_length_is_none(length: int) -> None:
    with pytest.raises(Malformed):
        Header.parse(bytes(length))


@pytest.mark.parametrize(
    ("bits", "target"),
    [
        (0x1D00FFFF, 0xFFFF << 208),
        (0x181686F5, 0x1686F5 << 168),
        (0x1B0404CB, 0x0404CB << 192),
        (0x03123456, 0x123456),
        (0x02123456, 0x1234),
        (0x01123456, 0x12),
    ],
)
def test_targets_are_what_their_short_form_says(bits: int, target: int) -> None:
    """No work went into these headers, so the complaint tells. The last are cases of Bitcoin Core's arith_uint256."""
    encoded = bytes(72) + bits.to_bytes(4, "little") + bytes(4)
    with pytest.raises(Contradiction) as told:
        Header.parse(encoded)
    assert told.value.expected == target.to_bytes(32, "big").hex()


@pytest.mark.parametrize("bits", [0, 0x01003456, 0x04923456, 0x1D800001, 0x23000001, 0xFF123456, 0x2200FFFF])
def test_targets_that_are_nothing_negative_or_too_large_are_refused(bits: int) -> None:
    encoded = bytes(72) + bits.to_bytes(4, "little") + bytes(4)
    with pytest.raises(Malformed):
        Header.parse(encoded)
