"""Headers, receipts and accounts of Ethereum: the first block of the main network, and malformed ones."""

import pytest

from registry.verify import rlp
from registry.verify.errors import Contradiction, Malformed
from registry.verify.ethereum_block import Account, Header, TransactionReceipt, check_descent
from registry.verify.keccak import keccak256

NOTHING = bytes.fromhex("56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421")
STATE = bytes.fromhex("d7f8974fb5ac78d9ac099b9ad5018bedc2ce0a72dad1827a1709da30580f0544")
GENESIS: list[rlp.Item] = [
    bytes(32),
    bytes.fromhex("1dcc4de8dec75d7aab85b567b6ccd41ad312451b948a7413f0a142fd40d49347"),
    bytes(20),
    STATE,
    NOTHING,
    NOTHING,
    bytes(256),
    rlp.integer_bytes(17_179_869_184),
    b"",
    rlp.integer_bytes(5_000),
    b"",
    b"",
    bytes.fromhex("11bbe8db4e347b4e8c937c1c8370e4b5ed33adb3db69cbdb7a38e1e50b1b82fa"),
    bytes(32),
    bytes.fromhex("0000000000000042"),
]
GENESIS_HASH = "d4e56740f876aef8c010b86a40d5f56745a118d0906a34e69aec8c0db1cb8fa3"


def header(*, number: int = 1, time: int = 1, parent: bytes = bytes(32), more: int = 0) -> bytes:
    fields = [*GENESIS, *[b""] * more]
    fields[0], fields[8], fields[11] = parent, rlp.integer_bytes(number), rlp.integer_bytes(time)
    return rlp.encode(fields)


def test_the_first_block_of_the_main_network_has_the_hash_that_everybody_knows() -> None:
    first = Header.parse(rlp.encode(GENESIS))
    assert first.hash.hex() == GENESIS_HASH
    assert (first.parent, first.state_root, first.receipts_root) == (bytes(32), STATE, NOTHING)
    assert (first.number, first.time) == (0, 0)


def test_fields_that_later_rules_add_do_not_matter() -> None:
    assert Header.parse(header(number=7, time=9, more=12)).number == 7


@pytest.mark.parametrize(
    "encoded",
    [
        rlp.encode(GENESIS[:-1]),
        header(more=50),
        header(more=5_000),
        rlp.encode(b"header"),
        rlp.encode([b"\x01", *GENESIS[1:]]),
        rlp.encode([*GENESIS[:8], b"\x00", *GENESIS[9:]]),
        rlp.encode([*GENESIS[:11], [], *GENESIS[12:]]),
        b"",
    ],
)
def test_what_cannot_be_a_header_is_malformed(encoded: bytes) -> None:
    with pytest.raises(Malformed):
        Header.parse(encoded)


def test_each_header_is_the_child_of_the_one_before() -> None:
    first = Header.parse(header())
    second = Header.parse(header(number=2, parent=first.hash))
    third = Header.parse(header(number=3, parent=second.hash))
    assert check_descent(first, [second, third]) is third
    assert check_descent(first, []) is first
    for wrong in ([third], [second, second], [Header.parse(header(number=3, parent=first.hash))]):
        with pytest.raises(Contradiction):
            check_descent(first, wrong)


def receipt(status: bytes = b"\x01", logs: rlp.Item = (), *, kind: bytes = b"\x02", bloom: bytes = bytes(256)) -> bytes:
    return kind + rlp.encode([status, b"\x52\x08", bloom, logs])


LOG: rlp.Item = [bytes(20), [bytes(32)], b"content"]


def test_receipts_of_every_kind_are_read() -> None:
    for kind in (b"", b"\x01", b"\x02", b"\x7f"):
        read = TransactionReceipt.parse(receipt(logs=[LOG], kind=kind))
        assert read.succeeded
        assert (read.logs[0].address, read.logs[0].topics, read.logs[0].content) == (
            bytes(20),
            (bytes(32),),
            b"content",
        )
    assert not TransactionReceipt.parse(receipt(b"")).succeeded


@pytest.mark.parametrize(
    "encoded",
    [
        b"",
        b"\x02",
        receipt(b"\x02"),
        receipt(bytes(32)),  # what stood there before Byzantium
        receipt(bloom=bytes(255)),
        receipt(logs=[[bytes(19), [], b""]]),
        receipt(logs=[[bytes(20), [b"topic"], b""]]),
        receipt(logs=[[bytes(20), [bytes(32)] * 5, b""]]),
        receipt(logs=[[bytes(20), []]]),
        receipt(logs=b"logs"),
        receipt() + b"\x00",
        b"\x02" + rlp.encode([b"\x01", b"", bytes(256)]),
    ],
)
def test_what_cannot_be_a_receipt_is_malformed(encoded: bytes) -> None:
    with pytest.raises(Malformed):
        TransactionReceipt.parse(encoded)


def test_an_account_names_its_storage_and_its_code() -> None:
    account = Account.parse(rlp.encode([b"\x01", b"", NOTHING, keccak256(b"")]))
    assert (account.storage_root, account.code_hash) == (NOTHING, keccak256(b""))
    for wrong in ([b"\x01", b"", NOTHING], [b"\x01", b"", NOTHING, b"code"], b"account"):
        with pytest.raises(Malformed):
            Account.parse(rlp.encode(wrong))
