"""What a browser keeps of a sign-in, and what of it is taken back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry import errors
from registry.openid_connect.attempt import LONGEST, LONGEST_BACK, Attempt
from tests.deterministic import SeededRandomness, SteppingClock

SECRET = bytes(range(32))


def begun(back: str = "/works?before=3", clock: SteppingClock | None = None) -> Attempt:
    return Attempt.begin(back, SECRET, clock or SteppingClock(), SeededRandomness())


@given(st.text(st.characters(codec="ascii"), max_size=LONGEST_BACK))
def test_an_attempt_comes_back_as_it_began(back: str) -> None:
    attempt = begun(back)
    assert Attempt.resumed(attempt.text, attempt.state, SECRET, SteppingClock()) == attempt
    assert attempt.back == back


def test_an_endless_address_is_left_out() -> None:
    assert begun("/" + "x" * LONGEST_BACK).back == ""


def test_the_cookie_tells_nothing_of_what_goes_to_the_provider() -> None:
    attempt = begun()
    told = {attempt.state, attempt.nonce, attempt.verifier}
    assert len(told) == 3
    assert not any(one in attempt.text for one in told)


@given(st.integers(0, 10**6), st.characters(codec="ascii"))
def test_a_changed_cookie_answers_to_no_state(place: int, other: str) -> None:
    attempt = begun()
    place %= len(attempt.text)
    changed = attempt.text[:place] + other + attempt.text[place + 1 :]
    if changed != attempt.text:
        _refused(changed, attempt.state)


@given(st.text())
def test_no_other_cookie_and_no_other_state_is_taken(text: str) -> None:
    attempt = begun()
    _refused(text, attempt.state)
    _refused(attempt.text, text)


def test_an_attempt_of_another_installation_is_not_taken() -> None:
    attempt = begun()
    with pytest.raises(errors.Refused):
        Attempt.resumed(attempt.text, attempt.state, bytes(32), SteppingClock())


@pytest.mark.parametrize(("wait", "taken"), [(LONGEST - 5, True), (LONGEST + 5, False), (-1000, False)])
def test_an_attempt_lasts_ten_minutes(wait: int, taken: bool) -> None:
    clock = SteppingClock()
    attempt = begun(clock=clock)
    clock.now += wait
    if taken:
        assert Attempt.resumed(attempt.text, attempt.state, SECRET, clock) == attempt
    else:
        with pytest.raises(errors.Refused):
            Attempt.resumed(attempt.text, attempt.state, SECRET, clock)


def _refused(text: str, state: str) -> None:
    with pytest.raises(errors.Refused) as refused:
        Attempt.resumed(text, state, SECRET, SteppingClock())
    assert refused.value.code == "sign_in_not_begun"
