import pytest

from registry.errors import Refused
from registry.imaging.reader import PictureReader
from tests.imaging.hostile_files import HostileFile, hostile_files

FILES = list(hostile_files())


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_a_hostile_file_is_refused_under_its_code(file: HostileFile, picture_reader: PictureReader) -> None:
    with pytest.raises(Refused) as refused:
        picture_reader.read(file.content)
    assert refused.value.code == file.code


def test_there_are_sixty_of_them() -> None:
    assert len(FILES) >= 60
