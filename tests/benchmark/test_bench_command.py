"""`registry bench`, run as a program runs it, on a few drawn designs."""

from pathlib import Path

import numpy as np
import pytest

from registry.benchmark.calibrating import Labeller
from registry.benchmark.collection import collect
from registry.benchmark.families import Families
from registry.benchmark.firstmark import Firstmark, throw_away_installation
from registry.benchmark.footprint import growth_exponent
from registry.benchmark.hash_search import FirstmarkIndex, NumpyIndex
from registry.installation import Installation
from registry.listings.measured_quality import recorded
from registry.settings import Settings
from registry.similarity.decision import MEASUREMENTS, shipped_calibration
from tests.benchmark.drawn import folder_of_designs
from tests.cli.command import Answer, run


@pytest.fixture(scope="module")
def designs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return folder_of_designs(tmp_path_factory.mktemp("bench") / "designs", 8)


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("saved") / "pictures"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of an empty registry."""
    folder = tmp_path_factory.mktemp("home")
    Installation.open(Settings.load(home=folder)).close()
    return folder


@pytest.fixture(scope="module")
def measured(designs: Path, saved: Path, home: Path) -> Answer:
    chosen = (
        "--record",
        "--home",
        home,
        "--thefts",
        "mirror,mockup",
        "--severities",
        "1,2",
        "--sample",
        "2",
        "--peers",
        "phash,sift",
    )
    return run("bench", "quality", "--designs", designs, *chosen, "--save", saved, "--json")


def test_quality_answers_one_row_for_each_theft_severity_group_and_contestant(measured: Answer) -> None:
    rows = [row for row in measured.lines if "severity" in row and row["group"] == "all"]

    assert measured.code == 0
    assert {(row["case"], row["severity"]) for row in rows} == {(n, s) for n in ("mirror", "mockup") for s in (1, 2)}
    assert {row["system"] for row in rows} == {"firstmark", "phash", "sift"}
    for row in rows:
        assert 0 <= row["match"] <= row["found"] <= row["n"] == 2


def test_a_mirrored_picture_is_found_by_the_product_and_not_by_a_plain_hash(measured: Answer) -> None:
    found = {
        row["system"]: row["found"] for row in measured.lines if (row["case"], row.get("group")) == ("mirror", "all")
    }

    assert (found["firstmark"], found["phash"]) == (2, 0)


def test_false_alarms_are_counted_on_every_kind_of_stranger(measured: Answer) -> None:
    counted = {row["case"]: row for row in measured.lines if row.get("system") == "firstmark" and "in_family" in row}

    assert set(counted) == {"unregistered", "controls"}
    assert counted["unregistered"]["n"] == 3
    assert counted["unregistered"]["match"] == counted["controls"]["match"] == 0


def test_the_last_row_says_what_was_measured(measured: Answer) -> None:
    last = measured.lines[-1]

    assert (last["case"], last["registered"], last["unregistered"], last["stolen"]) == ("run", 5, 3, 2)
    assert last["model"]


def test_the_run_is_kept_for_the_page_of_numbers(measured: Answer, home: Path) -> None:
    assert measured.code == 0
    kept = recorded(home / "quality.json")
    assert kept is not None
    assert {(theft.case, theft.severity) for theft in kept.thefts} == {
        (name, severity) for name in ("mirror", "mockup") for severity in (1, 2)
    }


def test_nothing_is_measured_for_a_registry_that_is_not_there(designs: Path, tmp_path: Path) -> None:
    nowhere = run("bench", "quality", "--designs", designs, "--record", "--home", tmp_path / "nowhere", "--json")
    assert (nowhere.lines, nowhere.error["code"]) == ([], "no_registry_here")


def test_pictures_of_hits_and_misses_and_the_families_are_saved(measured: Answer, saved: Path) -> None:
    assert measured.code == 0
    assert {path.name for path in saved.iterdir()} == {
        *("mirror-1.png", "mirror-2.png", "mockup-1.png", "mockup-2.png"),
        *("false-alarms.png", "families.png", "families.json"),
    }


def test_people_get_tables(tmp_path: Path) -> None:
    few = folder_of_designs(tmp_path / "designs", 5)
    answer = run("bench", "quality", "--designs", few, "--thefts", "mirror", "--severities", "1", "--sample", "1",
                 "--peers", "none")  # fmt: skip

    assert (answer.code, answer.stdout) == (0, "")
    assert "mirror" in answer.stderr
    assert "Found, of 100" in answer.stderr


@pytest.mark.parametrize(
    "wrong", [("--thefts", "burglary"), ("--severities", "4"), ("--peers", "eyes")], ids=["theft", "severity", "peer"]
)
def test_an_unknown_name_is_refused_with_those_that_exist(designs: Path, wrong: tuple[str, str]) -> None:
    answer = run("bench", "quality", "--designs", designs, *wrong, "--json")

    assert answer.code == 3
    assert answer.error["code"] == "bench_name_unknown"


def test_registration_is_measured() -> None:
    row = run("bench", "register", "--count", "2", "--side", "200", "--json").line

    assert (row["case"], row["pictures"], row["refused"]) == ("register", 2, 0)
    assert row["per_second"] > 0
    assert 0 < row["cpu_ms_p50"] <= row["cpu_ms_p95"]


def test_search_is_exact_at_every_size_and_tells_how_it_grows() -> None:
    answer = run("bench", "search", "--hashes", "500,2000", "--works", "8,12", "--queries", "4", "--json")
    hashes = [row for row in answer.lines if row["case"] == "hashes"]
    works = [row for row in answer.lines if row["case"] == "works"]

    assert answer.code == 0
    assert {(row["n"], row["system"]) for row in hashes} >= {
        (n, s) for n in (500, 2000) for s in ("firstmark", "numpy")
    }
    assert all(row["exact"] for row in hashes)
    assert [row["n"] for row in works] == [8, 12]
    assert {row["case"] for row in answer.lines} == {"hashes", "hashes_growth", "works", "works_growth"}


def test_a_number_that_is_none_is_refused() -> None:
    assert run("bench", "search", "--hashes", "many", "--json").error["code"] == "bench_number_malformed"


def test_the_package_s_index_answers_as_looking_at_every_hash_does() -> None:
    rng = np.random.default_rng(3)
    hashes = rng.integers(0, 2**64, (300, 4), dtype=np.uint64)
    asked = np.concatenate([hashes[:3] ^ np.uint64(0b1011), rng.integers(0, 2**64, (2, 4), dtype=np.uint64)])
    answers = []
    for index in (FirstmarkIndex(), NumpyIndex()):
        index.build(hashes)
        answers.append(index.within(asked))

    assert answers[0] == answers[1] == {(number, number, 12) for number in range(3)}


def test_growth_is_the_power_that_time_follows() -> None:
    assert growth_exponent([10, 100, 1000], [1, 10, 100]) == pytest.approx(1)
    assert growth_exponent([10], [1]) is None


def test_the_cost_of_evidence_is_measured() -> None:
    build, certified, verify = run("bench", "evidence", "--entries", "40", "--files", "3", "--json").lines
    assert (build["case"], build["entries"], build["files"]) == ("build", 40, 3)
    assert (certified["case"], certified["files"]) == ("build with certificates", 3)
    assert certified["bytes"] > build["bytes"]
    assert verify["case"] == "verify"
    assert 0 < build["p50_ms"] <= build["p99_ms"]
    assert verify["p50_ms"] > 0


def test_a_calibration_from_too_few_thefts_is_refused_and_writes_nothing(designs: Path, tmp_path: Path) -> None:
    out = tmp_path / "calibration.json"
    answer = run(
        "bench",
        "calibrate",
        "--designs",
        designs,
        "--thefts",
        "rot10,collage3",
        "--per-theft",
        "1",
        "-o",
        out,
        "--json",
    )
    assert (answer.code, answer.error["code"]) == (3, "calibration_too_small")
    assert not out.exists()


def test_a_theft_is_labelled_by_the_truth_and_once_more_as_if_it_showed_nothing(designs: Path) -> None:
    collection = collect(sorted(designs.iterdir()), [], seed=7)
    families = Families(collection.designs, [])
    with throw_away_installation() as installation:
        labeller = Labeller(
            collection, families, Firstmark(installation), seed=7, per_theft=1, thefts=("rot10", "collage3")
        )
        turned, hidden, collage, hidden_collage = labeller.listings(lambda: None)
    assert (turned.copies.sum(), collage.copies.sum()) == (1, 3)
    assert (hidden.stranger, hidden_collage.stranger) == (True, True)
    assert not hidden.copies.any()
    assert turned.values.shape == (len(turned.copies), len(MEASUREMENTS))
    best = max(range(len(turned.copies)), key=lambda place: shipped_calibration().score(turned.values[place].tolist()))
    assert turned.copies[best]
