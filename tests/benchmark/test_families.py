"""Designs that share art, and what kind of design one is."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from registry.benchmark.collection import PictureFile, collect
from registry.benchmark.design_group import DesignGroup, measured
from registry.benchmark.families import Families, Pair, find_families, pairs_file, read_pairs
from registry.benchmark.thefts import Picture
from registry.errors import Refused
from tests.benchmark.drawn import design, folder_of_designs


def saved(folder: Path, **pictures: Picture) -> list[PictureFile]:
    files = []
    for name, picture in pictures.items():
        Image.fromarray(picture).save(folder / f"{name}.png")
        files.append(PictureFile(folder / f"{name}.png", f"{name}.png", name.encode()))
    return files


def test_a_recoloured_and_mirrored_sister_is_family_and_another_design_is_not(tmp_path: Path) -> None:
    sister = np.ascontiguousarray(design(1)[:, ::-1][..., [2, 0, 1, 3]])

    families = find_families(saved(tmp_path, a=design(1), b=design(2), c=sister))

    assert [families.kin(place) for place in range(3)] == [{2}, set(), {0}]


def test_a_sister_in_other_lights_and_darks_is_family(tmp_path: Path) -> None:
    def folder(back: str, front: str, turn: int) -> Picture:
        sheet = Image.new("RGBA", (600, 600), (0, 0, 0, 0))
        draw = ImageDraw.Draw(sheet)
        draw.polygon([(60, 120), (280, 60), (330, 130), (540, 110), (520, 480), (90, 520)], fill=back)
        draw.polygon([(180, 260), (390, 210), (430, 300), (580, 270), (500, 500), (80, 540)], fill=front)
        draw.polygon([(240, 380), (330, 330), (420, 420), (300, 470)], fill=back)
        return np.asarray(sheet.rotate(turn, resample=Image.Resampling.BICUBIC), dtype=np.uint8)

    pictures = {"a": folder("#0a5a14", "#30ff30", 0), "b": folder("#ffc040", "#c02020", 30)}

    assert find_families(saved(tmp_path, **pictures)).kin(0) == {1}


def test_a_design_inside_another_is_family(tmp_path: Path) -> None:
    large = design(1, 600)
    sheet = design(2, 600).copy()
    sheet[300:, 300:] = 0
    part = np.asarray(Image.fromarray(large).resize((280, 280)), dtype=np.uint8)
    sheet[310:590, 310:590] = part

    families = find_families(saved(tmp_path, a=large, b=sheet))

    assert families.kin(0) == {1}


def test_what_a_person_decided_stands_before_the_rules(tmp_path: Path) -> None:
    decided = read_pairs(pairs_file([Pair("a.png", "b.png", False, "looked at")]))

    families = find_families(saved(tmp_path, a=design(1), b=design(1)), decided)

    assert families.kin(0) == set()
    assert families.pairs == decided


@pytest.mark.parametrize("content", [b"", b"[]", b'{"pairs": [{"one": "a"}]}', b'{"pairs": 3}', b"\xff", b"[" * 99_999])
def test_a_malformed_file_of_families_is_refused(content: bytes) -> None:
    with pytest.raises(Refused) as refused:
        read_pairs(content)
    assert refused.value.code == "families_malformed"


def test_the_split_follows_from_the_seed_and_the_files_alone(tmp_path: Path) -> None:
    files = list(folder_of_designs(tmp_path / "designs", 8).iterdir())

    one, same, other = (collect(order, [], seed=seed) for order, seed in ((files, 1), (files[::-1], 1), (files, 2)))

    assert one == same
    assert one.registered != other.registered
    assert sorted(one.registered + one.unregistered) == list(range(8))


def test_the_halves_share_no_picture(tmp_path: Path) -> None:
    files = list(folder_of_designs(tmp_path / "designs", 24).iterdir())

    halves = [{one.name for one in collect(files, [], seed=1, half=half).designs} for half in (0, 1)]

    assert halves[0] & halves[1] == set()
    assert len(halves[0] | halves[1]) == 24


def test_too_few_designs_are_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused) as refused:
        collect(list(folder_of_designs(tmp_path / "designs", 2).iterdir()), [], seed=1)
    assert refused.value.code == "too_few_designs"


def drawn_on_nothing(draw_on: str) -> Picture:
    sheet = Image.new("RGBA", (600, 600), (0, 0, 0, 0))
    draw = ImageDraw.Draw(sheet)
    if draw_on == "words":
        draw.text((300, 220), "BETTER", fill=(20, 20, 90, 255), font=ImageFont.load_default(120), anchor="mm")
        draw.text((300, 380), "TOGETHER", fill=(20, 20, 90, 255), font=ImageFont.load_default(100), anchor="mm")
    elif draw_on == "silhouette":
        draw.polygon([(60, 500), (300, 80), (540, 500), (300, 400)], fill=(10, 10, 10, 255))
    elif draw_on == "logo":
        draw.ellipse((60, 60, 540, 540), fill=(220, 60, 40, 255))
        draw.rectangle((200, 200, 400, 400), fill=(250, 220, 90, 255))
    return np.asarray(sheet, dtype=np.uint8)


@pytest.mark.parametrize(
    ("drawn", "group"),
    [
        ("words", DesignGroup.TEXT_DESIGN),
        ("silhouette", DesignGroup.SILHOUETTE_OR_LINE_ART),
        ("logo", DesignGroup.FLAT_LOGO),
    ],
)
def test_a_plain_example_of_each_group_is_recognised(drawn: str, group: DesignGroup) -> None:
    assert measured(drawn_on_nothing(drawn)).group is group


def test_many_colours_and_details_make_a_rich_illustration() -> None:
    busy = np.asarray(np.random.default_rng(1).integers(0, 256, (40, 40, 4)), dtype=np.uint8)
    busy[..., 3] = 255

    assert measured(np.kron(busy, np.ones((12, 12, 1), dtype=np.uint8))).group is DesignGroup.RICH_ILLUSTRATION


def test_a_chain_of_family_pairs_is_connected(tmp_path: Path) -> None:
    files = saved(tmp_path, a=design(1), b=design(2), c=design(3), d=design(4))
    pairs = [Pair(f"{one}.png", f"{other}.png", True, "looked at") for one, other in ("ab", "bc")]

    families = Families(files, pairs)

    assert [families.connected(place) for place in (0, 2, 3)] == [{0, 1, 2}, {0, 1, 2}, {3}]
