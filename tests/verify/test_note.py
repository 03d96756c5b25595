"""Signed notes and verifier keys."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.ledger.note_signer import NoteSigner
from registry.verify.encoding import base64_bytes, base64_text
from registry.verify.errors import Contradiction, Malformed, VerificationError
from registry.verify.note import LARGEST_NOTE, MOST_SIGNATURES, Note, NoteSignature, VerifierKey, key_text, parse_note
from tests.verify.known_answers import NOTE, NOTE_KEY, NOTE_SIGNATURE, NOTE_TEXT

KEY = VerifierKey.parse(NOTE_KEY)
DASH = "\N{EM DASH}"
SIGNER = NoteSigner("example.com/log", bytes(32))
OTHER = NoteSigner("example.com/witness", bytes(range(32)))
TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"]) | st.just("\n"), max_size=60).map(
    lambda text: text + "\n"
)


def signed_by_both(text: str) -> str:
    return str(Note(text, parse_note(SIGNER.sign(text)).signatures + parse_note(OTHER.sign(text)).signatures))


def with_line(line: str) -> str:
    return f"{NOTE}{line}\n"


def corrupted(signature: NoteSignature) -> NoteSignature:
    return NoteSignature(
        signature.name, signature.key_id, bytes([signature.signature[0] ^ 1]) + signature.signature[1:]
    )


def test_the_example_of_the_standard() -> None:
    note = parse_note(NOTE)
    assert note.text == NOTE_TEXT
    assert note.verified_by([KEY]) == (KEY,)
    assert str(note) == NOTE
    assert str(KEY) == NOTE_KEY
    assert KEY.key_id.hex() == "530d903a"


@given(TEXTS)
def test_a_note_that_was_signed_is_read_again(text: str) -> None:
    signed = SIGNER.sign(text)
    note = parse_note(signed)
    assert note.text == text
    assert note.verified_by([SIGNER.verifier_key]) == (SIGNER.verifier_key,)


@given(TEXTS, st.data())
def test_a_note_that_was_changed_does_not_verify(text: str, data: st.DataObject) -> None:
    signed = SIGNER.sign(text)
    place = data.draw(st.integers(0, len(signed) - 1))
    instead = data.draw(st.characters().filter(lambda character: character != signed[place]))
    changed = signed[:place] + instead + signed[place + 1 :]
    with pytest.raises(VerificationError):
        parse_note(changed).verified_by([SIGNER.verifier_key])


def test_the_last_empty_line_separates() -> None:
    text = "one\n\ntwo\n\n\N{EM DASH} looks like a signature\n\n"
    assert parse_note(SIGNER.sign(text)).text == text


def test_signatures_of_unknown_keys_are_passed_over() -> None:
    signed = signed_by_both("text\n")
    assert parse_note(signed).verified_by([OTHER.verifier_key]) == (OTHER.verifier_key,)
    strange = with_line(f"{DASH} somebody.else {base64_text(b'12345')}")
    assert parse_note(strange).verified_by([KEY]) == (KEY,)


def test_a_key_of_the_same_name_and_another_id_is_unknown() -> None:
    same_name = NoteSigner("example.com/log", bytes(range(32)))
    with pytest.raises(Contradiction):
        parse_note(same_name.sign("text\n")).verified_by([SIGNER.verifier_key])


def test_the_keys_that_signed_are_told() -> None:
    keys = [OTHER.verifier_key, KEY, SIGNER.verifier_key]
    assert parse_note(signed_by_both("text\n")).verified_by(keys) == (OTHER.verifier_key, SIGNER.verifier_key)


def test_a_bad_signature_of_a_known_key_fails_hard_beside_good_ones() -> None:
    note = parse_note(signed_by_both("text\n"))
    bad = Note(note.text, (note.signatures[0], corrupted(note.signatures[1])))
    with pytest.raises(Contradiction):
        bad.verified_by([SIGNER.verifier_key, OTHER.verifier_key])
    assert bad.verified_by([SIGNER.verifier_key]) == (SIGNER.verifier_key,)


def test_a_second_bad_signature_of_the_same_key_fails_hard_too() -> None:
    note = parse_note(SIGNER.sign("text\n"))
    for signatures in (
        (note.signatures[0], corrupted(note.signatures[0])),
        (corrupted(note.signatures[0]), note.signatures[0]),
    ):
        with pytest.raises(Contradiction):
            parse_note(str(Note(note.text, signatures))).verified_by([SIGNER.verifier_key])


def test_a_note_that_no_known_key_signed_is_refused() -> None:
    with pytest.raises(Contradiction):
        parse_note(NOTE).verified_by([SIGNER.verifier_key])
    with pytest.raises(Contradiction):
        parse_note(NOTE).verified_by([])


def test_a_hundred_signatures_are_read_and_no_more() -> None:
    strange = NoteSignature("x", bytes(4), b"1")
    full = Note("text\n", (strange,) * MOST_SIGNATURES)
    assert parse_note(str(full)) == full
    with pytest.raises(Malformed):
        parse_note(str(Note("text\n", (strange,) * (MOST_SIGNATURES + 1))))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n",
        NOTE_TEXT,
        NOTE.removesuffix("\n"),
        NOTE + "\n",
        NOTE + "\n\n",
        NOTE.replace("\n\n", "\n"),
        NOTE.replace(DASH, "-"),
        NOTE.replace(f"{DASH} ", DASH),
        NOTE.replace(f"{DASH} ", f"{DASH}  "),
        NOTE.replace("\n", "\r\n"),
        NOTE.replace("example message", "example\tmessage"),
        NOTE.replace("example message", "example\x00message"),
        NOTE.replace("example message", "example\x1fmessage"),
        NOTE.replace("example message", "example\ud800message"),
        NOTE.replace("example.com/foo", "example.com+foo"),
        NOTE.replace("example.com/foo", ""),
        NOTE.replace("example.com/foo", "example.com/\u00a0foo"),
        NOTE.replace("example.com/foo", "example.com/\u2003foo"),
        NOTE.replace("IneyaQM=", "IneyaQM"),
        NOTE.replace("IneyaQM=", "IneyaQN="),
        NOTE.replace("IneyaQM=", "IneyaQM= "),
        NOTE.replace(NOTE_SIGNATURE, base64_text(b"1234")),
        NOTE.replace(f" {NOTE_SIGNATURE}", ""),
        with_line(""),
        with_line("x"),
        "x" * (LARGEST_NOTE + 1),
    ],
)
def test_everything_else_is_no_note(text: str) -> None:
    with pytest.raises(Malformed):
        parse_note(text)


@given(st.text(max_size=80))
def test_arbitrary_text_raises_nothing_else(text: str) -> None:
    for read in (parse_note, VerifierKey.parse):
        try:
            read(text)
        except Malformed:
            continue


@pytest.mark.parametrize(
    "text",
    [
        "",
        "+",
        "++",
        NOTE_KEY + "\n",
        NOTE_KEY + "+",
        NOTE_KEY.replace("530d903a", "530d903b"),
        NOTE_KEY.replace("530d903a", "530D903A"),
        NOTE_KEY.replace("530d903a", "0x530d90"),
        NOTE_KEY.replace("530d903a", "530d903"),
        NOTE_KEY.replace("example.com/foo", "example.com/fop"),
        NOTE_KEY.replace("example.com/foo", ""),
        NOTE_KEY.replace("example.com/foo", "example.com foo"),
        NOTE_KEY.replace("+Aeky", "+Beky"),
        NOTE_KEY.rpartition("+")[0],
        NOTE_KEY.rpartition("+")[0] + "+",
        NOTE_KEY.rpartition("+")[0] + "+" + base64_text(b"\1"),
        NOTE_KEY.rpartition("+")[0] + "+" + base64_text(base64_bytes(NOTE_KEY.rpartition("+")[2])[:-1]),
    ],
)
def test_everything_else_is_no_verifier_key(text: str) -> None:
    with pytest.raises(Malformed):
        VerifierKey.parse(text)


@pytest.mark.parametrize("signature_type", [0x00, 0x02, 0x04, 0x06, 0xFF])
def test_keys_of_other_types_are_told_apart(signature_type: int) -> None:
    text = key_text("x", signature_type, KEY.public_key)
    with pytest.raises(Malformed, match=f"type {signature_type:02x}"):
        VerifierKey.parse(text)


def test_a_key_under_which_anyone_can_sign_is_refused() -> None:
    with pytest.raises(Malformed):
        VerifierKey.parse(str(VerifierKey("x", (1).to_bytes(32, "little"))))
