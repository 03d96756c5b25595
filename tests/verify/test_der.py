"""DER: one encoding for each value, and nothing else is read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.verify import der
from registry.verify.errors import Malformed, VerificationError


@pytest.mark.parametrize(
    ("encoded", "value"),
    [("020100", 0), ("02017f", 127), ("02020080", 128), ("0201ff", -1), ("0202ff7f", -129), ("0203010001", 65537)],
)
def test_an_integer_is_read_in_its_shortest_form(encoded: str, value: int) -> None:
    assert der.parse(bytes.fromhex(encoded)).integer() == value


@pytest.mark.parametrize(
    "encoded",
    [
        "",
        "02",
        "0200",
        "02020001",
        "0202ff80",
        "028101ff",
        "0282000100",
        "0280000000",
        "02050000",
        "02010000",
        "1f0100",
        "02ffffffffff",
    ],
)
def test_what_is_no_der_integer_is_refused(encoded: str) -> None:
    with pytest.raises(Malformed):
        der.parse(bytes.fromhex(encoded)).integer()


@pytest.mark.parametrize(
    ("encoded", "value"),
    [("06092a864886f70d010702", "1.2.840.113549.1.7.2"), ("0603551d25", "2.5.29.37"), ("0603883703", "2.999.3")],
)
def test_an_identifier_is_read(encoded: str, value: str) -> None:
    assert der.parse(bytes.fromhex(encoded)).identifier() == value


@pytest.mark.parametrize("encoded", ["0600", "060180", "06022a80", "0603558001"])
def test_what_is_no_identifier_is_refused(encoded: str) -> None:
    with pytest.raises(Malformed):
        der.parse(bytes.fromhex(encoded)).identifier()


@pytest.mark.parametrize(
    ("tag", "text", "microseconds"),
    [
        (0x18, "19700101000000Z", 0),
        (0x18, "20261125004736.5Z", 1_795_567_656_500_000),
        (0x18, "19700101000000.0000001Z", 1),
        (0x17, "700101000000Z", 0),
        (0x17, "491231235959Z", 2_524_607_999_000_000),
    ],
)
def test_a_time_is_read_and_a_finer_fraction_rounded_up(tag: int, text: str, microseconds: int) -> None:
    assert der.parse(bytes([tag, len(text)]) + text.encode()).microseconds() == microseconds


@pytest.mark.parametrize(
    "text", ["20261125004736.50Z", "20261125004736.Z", "20261125004736", "20261325004736Z", "20261125004736+0100"]
)
def test_what_is_no_der_time_is_refused(text: str) -> None:
    with pytest.raises(Malformed):
        der.parse(bytes([0x18, len(text)]) + text.encode()).microseconds()


@given(st.binary(max_size=200))
def test_whatever_comes_only_one_kind_of_error_leaves(content: bytes) -> None:
    try:
        element = der.parse(content)
        assert element.encoded == content
        for read in (element.children, element.integer, element.identifier, element.boolean, element.flags):
            try:
                read()
            except VerificationError:
                continue
    except VerificationError:
        pass
