"""The search as a whole: what is registered is found, however the whole picture was changed, and nothing else."""

import threading

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageOps

from registry.imaging.picture import Reading
from registry.imaging.reading import read
from registry.imaging.symmetry import Symmetry
from registry.installation import Installation
from registry.similarity.answer import Answer, Relation, Verdict
from registry.similarity.finder import Finder
from registry.works.end import erase, withdraw
from registry.works.register import register
from registry.works.schemas import ClaimInput, Registered, Upload
from tests.drawn_pictures import corners_under, design, encoded, flattened
from tests.works.test_register import caller

DESIGNS = 4
TRANSFORMATIONS = [(symmetry, inverted) for symmetry in Symmetry for inverted in (False, True)]


def work(installation: Installation, picture: Image.Image, owner: str = "Studio") -> Registered:
    upload = Upload(encoded(picture), "work.png")
    return register(installation, caller(installation, owner), upload, ClaimInput(creator=owner))


def asked(installation: Installation, picture: Image.Image, kind: str = "PNG", **options: object) -> Answer:
    return installation.finder.find(read(encoded(picture, kind, **options)))


def changed(picture: Image.Image, symmetry: Symmetry, inverted: bool) -> Image.Image:
    turned = Image.fromarray(np.ascontiguousarray(symmetry.apply(np.asarray(picture))))
    return ImageOps.invert(turned) if inverted else turned


@pytest.fixture
def registered(installation: Installation) -> list[Registered]:
    return [work(installation, flattened(design(seed).resize((300, 220)))) for seed in range(DESIGNS)]


def test_the_same_file_and_the_same_pixels_are_certain(
    installation: Installation, registered: list[Registered]
) -> None:
    picture = flattened(design(1).resize((300, 220)))
    for kind, relation in (("PNG", Relation.IDENTICAL_FILE), ("BMP", Relation.IDENTICAL_PIXELS)):
        answer = asked(installation, picture, kind)
        best = answer.matches[0]
        assert (answer.verdict, best.relation, best.score) == (Verdict.MATCH, relation, 1.0)
        assert best.work_id == registered[1].work_id


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
def test_every_rotation_mirroring_and_inversion_of_every_work_is_found_and_named(
    installation: Installation, registered: list[Registered]
) -> None:
    for seed, expected in enumerate(registered):
        original = flattened(design(seed).resize((300, 220)))
        for symmetry, inverted in TRANSFORMATIONS:
            listing = changed(original, symmetry, inverted).reduce(2)
            answer = asked(installation, listing, "JPEG", quality=80)
            best = answer.matches[0]
            assert (answer.verdict, best.work_id) == (Verdict.MATCH, expected.work_id), (seed, symmetry, inverted)
            assert best.frame == corners_under(symmetry, *listing.size)
            assert ("inverted" in best.transform) == inverted
            assert best.relation is Relation.PICTURE_THEFT
            assert best.region == corners_under(symmetry, *listing.size)


def test_unregistered_pictures_are_clear(installation: Installation, registered: list[Registered]) -> None:
    for seed in range(20, 30):
        answer = asked(installation, flattened(design(seed).resize((300, 220))))
        assert (answer.verdict, answer.matches) == (Verdict.CLEAR, ())


def test_a_sister_that_differs_in_a_detail_is_no_certain_match_and_ranks_behind(installation: Installation) -> None:
    original = flattened(design(6))
    sister = original.copy()
    ImageDraw.Draw(sister).ellipse((120, 120, 180, 180), fill="magenta", outline="black", width=6)
    first, second = work(installation, original), work(installation, sister)
    for picture, own, other in ((original, first, second), (sister, second, first)):
        answer = asked(installation, picture, "JPEG", quality=60)
        assert [match.work_id for match in answer.matches] == [own.work_id, other.work_id]
        assert [match.verdict for match in answer.matches] == [Verdict.MATCH, Verdict.REVIEW]


def test_two_owners_of_the_same_picture_are_both_named_the_earlier_first(installation: Installation) -> None:
    first = work(installation, flattened(design(1)))
    second = work(installation, flattened(design(1)), "Other")
    answer = asked(installation, flattened(design(1)))
    assert [match.work_id for match in answer.matches] == [first.work_id, second.work_id]


def test_an_answer_says_how_much_of_the_ledger_it_has_seen(
    installation: Installation, registered: list[Registered]
) -> None:
    assert asked(installation, flattened(design(1))).index_size == DESIGNS
    withdraw(installation, registered[0].work_id)
    assert asked(installation, flattened(design(1))).index_size == DESIGNS + 1


def test_at_most_as_many_matches_are_told_as_are_wanted(installation: Installation) -> None:
    for owner in ("A", "B", "C"):
        work(installation, flattened(design(1)), owner)
    reading = read(encoded(flattened(design(1))))
    assert [len(installation.finder.find(reading, limit=limit).matches) for limit in (1, 2, 20)] == [1, 2, 3]


@pytest.fixture
def another_process(installation: Installation) -> Finder:
    """The view of a process that shares nothing but the database."""
    finder = Finder(installation.database)
    finder.refresh()
    return finder


def listing(seed: int) -> Reading:
    return read(encoded(flattened(design(seed)), "JPEG", quality=70))


def test_a_process_finds_what_another_registered_since_and_nothing_that_ended_since(
    installation: Installation, another_process: Finder
) -> None:
    works = [work(installation, flattened(design(seed))) for seed in range(3)]
    found = [another_process.find(listing(seed)).matches[0].work_id for seed in range(3)]
    assert found == [one.work_id for one in works]
    withdraw(installation, works[0].work_id)
    erase(installation, works[1].work_id)
    assert [another_process.find(listing(seed)).verdict for seed in range(3)] == ["clear", "clear", "match"]
    assert another_process.seen == 5


def test_a_process_that_starts_after_a_withdrawal_does_not_find_the_work(installation: Installation) -> None:
    gone, kept = (work(installation, flattened(design(seed))) for seed in (1, 2))
    withdraw(installation, gone.work_id)
    late = Finder(installation.database)
    assert late.find(listing(1)).matches == ()
    assert late.find(listing(2)).matches[0].work_id == kept.work_id


def test_a_work_that_ended_can_be_registered_by_another_owner_and_is_found_as_theirs(
    installation: Installation, another_process: Finder
) -> None:
    withdraw(installation, work(installation, flattened(design(1))).work_id)
    theirs = work(installation, flattened(design(1)), "Other")
    assert [match.work_id for match in another_process.find(listing(1)).matches] == [theirs.work_id]


def test_searches_and_registrations_at_the_same_time_see_whole_works(installation: Installation) -> None:
    first = work(installation, flattened(design(0)))
    answers: list[Answer] = []

    def search() -> None:
        answers.extend(installation.finder.find(listing(0)) for _ in range(6))

    threads = [threading.Thread(target=search) for _ in range(3)]
    for thread in threads:
        thread.start()
    for seed in range(1, 4):
        work(installation, flattened(design(seed)))
    for thread in threads:
        thread.join()
    assert {answer.matches[0].work_id for answer in answers} == {first.work_id}
    assert len(answers) == 18
