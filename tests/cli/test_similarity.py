"""`registry similarity calibrate`: the decision refitted to what people decided about listings."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from registry.installation import Installation
from registry.settings import Settings
from registry.similarity.decision import calibration_from_json, shipped_calibration
from tests.benchmark.drawn import design, folder_of_designs
from tests.cli.command import Answer, run

WORKS, COLLAGES, STRANGERS = 4, 14, 100


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of a registry with four works."""
    folder = tmp_path_factory.mktemp("calibrated")
    designs = folder_of_designs(folder / "designs", WORKS)
    assert run("register", designs, "--creator", "Studio", "--home", folder / "home").code == 0
    return folder / "home"


@pytest.fixture(scope="module")
def decided(home: Path) -> Path:
    """Every work in each of some collages, and pictures that show none."""
    works = {work["title"]: work["id"] for work in run("works", "list", "--home", home, "--json").lines}
    folder = home.parent / "listings"
    folder.mkdir()
    lines = []
    for number in range(COLLAGES):
        Image.fromarray(collage(number)).save(folder / f"collage-{number}.png")
        lines += [
            {"listing": f"collage-{number}.png", "work_id": works[f"design-{seed}"], "copy": True}
            for seed in range(WORKS)
        ]
    for number in range(STRANGERS):
        Image.fromarray(design(1_000 + number, 96)).save(folder / f"stranger-{number}.png")
        lines.append({"listing": f"stranger-{number}.png", "work_id": None, "copy": False})
    file = folder / "decided.jsonl"
    file.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return file


def collage(number: int) -> np.ndarray:
    sheet = Image.new("RGB", (560, 560), "white")
    for seed in range(WORKS):
        turned = Image.fromarray(design(seed)).rotate(3 * number, Image.Resampling.BICUBIC)
        sheet.paste(turned, (20 + 270 * (seed % 2), 20 + 270 * (seed // 2)), turned)
    return np.asarray(sheet)


def calibrate(home: Path, pairs: Path) -> Answer:
    return run("similarity", "calibrate", pairs, "--model", "parts/ours", "--home", home, "--json")


def test_what_people_decided_becomes_the_decision_that_answers_name(home: Path, decided: Path) -> None:
    answer = calibrate(home, decided)
    assert answer.code == 0
    assert (answer.line["model"], answer.line["strangers"]) == ("parts/ours", STRANGERS)
    assert answer.line["copies"] >= 50
    kept = home / "calibration.json"
    assert calibration_from_json(kept.read_bytes()).match == answer.line["match"]
    with Installation.open(Settings.load(home=home)) as installation:
        assert installation.finder.model.endswith("+parts/ours")
    kept.unlink()
    with Installation.open(Settings.load(home=home)) as installation:
        assert installation.finder.model.endswith(f"+{shipped_calibration().model}")


def test_too_few_decisions_leave_the_decision_as_it_was(home: Path, decided: Path) -> None:
    few = decided.with_name("few.jsonl")
    few.write_text("".join(decided.read_text().splitlines(keepends=True)[:WORKS]))
    answer = calibrate(home, few)
    assert (answer.code, answer.error["code"]) == (3, "calibration_too_small")
    assert not (home / "calibration.json").exists()


@pytest.mark.parametrize(
    "line",
    [
        b"no json",
        b"\xff",
        b"[]",
        b'{"listing": "a.png", "work_id": "wrk_1"}',
        b'{"listing": "a.png", "work_id": "wrk_1", "copy": 1}',
        b'{"listing": "", "work_id": "wrk_1", "copy": true}',
        b'{"listing": "a.png", "work_id": null, "copy": true}',
        b'{"listing": "a.png", "work_id": "wrk_1", "copy": true, "more": 1}',
    ],
)
def test_a_line_that_is_no_decided_pair_is_named(home: Path, tmp_path: Path, line: bytes) -> None:
    pairs = tmp_path / "pairs.jsonl"
    pairs.write_bytes(b'{"listing": "a.png", "work_id": null, "copy": false}\n' + line + b"\n")
    answer = calibrate(home, pairs)
    assert (answer.code, answer.error["code"]) == (3, "pairs_malformed")
    assert "Line 2 " in answer.error["message"]
