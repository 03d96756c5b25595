"""Original files under their digest, in a local folder and on a real S3 server."""

import hashlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import obstore
import pytest
from obstore.store import S3Store

from registry import errors
from registry.storage.objects import ObjectStore

CONTENT = b"\x89PNG an original"
DIGEST = hashlib.sha256(CONTENT).hexdigest()
KEY = f"{DIGEST[:2]}/{DIGEST}"
ABSENT = "0" * 64

Tamper = Callable[[str, bytes], None]


@pytest.fixture(params=["local", "s3"])
def objects_url(request: pytest.FixtureRequest) -> str:
    url: str = request.getfixturevalue(f"{request.param}_objects_url")
    return url


@pytest.fixture
def objects(objects_url: str) -> ObjectStore:
    return ObjectStore.open(objects_url)


@pytest.fixture
def tamper(objects_url: str) -> Tamper:
    """Writes a file or object behind the store's back."""

    def overwrite(key: str, content: bytes) -> None:
        if objects_url.startswith("file://"):
            file = Path(objects_url.removeprefix("file://"), key)
            file.parent.mkdir(exist_ok=True)
            file.write_bytes(content)
        else:
            bucket, _, prefix = objects_url.removeprefix("s3://").partition("/")
            obstore.put(S3Store(bucket, prefix=prefix), key, content)

    return overwrite


def test_what_was_put_is_got_by_its_sha256(objects: ObjectStore) -> None:
    assert objects.put(CONTENT) == DIGEST
    assert objects.get(DIGEST) == CONTENT


def test_an_empty_and_a_large_object_are_kept(objects: ObjectStore) -> None:
    large = bytes(range(256)) * 40_000
    assert objects.get(objects.put(large)) == large
    assert objects.get(objects.put(b"")) == b""


def test_putting_the_same_content_again_is_success(objects: ObjectStore) -> None:
    assert objects.put(CONTENT) == objects.put(CONTENT)
    assert list(objects.digests()) == [DIGEST]


def test_putting_the_same_content_from_many_threads_at_once_is_success(objects: ObjectStore) -> None:
    with ThreadPoolExecutor(8) as threads:
        assert set(threads.map(objects.put, [CONTENT] * 32)) == {DIGEST}
    assert objects.get(DIGEST) == CONTENT


def test_an_object_is_there_until_it_is_deleted(objects: ObjectStore) -> None:
    assert not objects.contains(DIGEST)
    objects.put(CONTENT)
    assert objects.contains(DIGEST)
    objects.delete(DIGEST)
    assert not objects.contains(DIGEST)
    assert list(objects.digests()) == []


def test_deleting_what_is_not_there_is_success(objects: ObjectStore) -> None:
    objects.delete(ABSENT)


def test_a_missing_object_is_named(objects: ObjectStore) -> None:
    with pytest.raises(errors.NotFound) as caught:
        objects.get(ABSENT)
    assert caught.value.code == "object_missing"
    assert ABSENT in caught.value.message


def test_a_changed_object_is_noticed_and_named(objects: ObjectStore, tamper: Tamper) -> None:
    objects.put(CONTENT)
    tamper(KEY, CONTENT + b"!")
    with pytest.raises(errors.Broken) as caught:
        objects.get(DIGEST)
    assert caught.value.code == "object_corrupted"
    assert DIGEST in caught.value.message


def test_an_object_is_read_as_a_stream(objects: ObjectStore) -> None:
    large = bytes(range(256)) * 20_000
    pieces = list(objects.stream(objects.put(large)))
    assert b"".join(pieces) == large
    assert len(pieces) > 1


def test_a_stream_of_a_missing_object_names_it(objects: ObjectStore) -> None:
    with pytest.raises(errors.NotFound) as caught:
        list(objects.stream(ABSENT))
    assert caught.value.code == "object_missing"


def test_a_stream_of_a_changed_object_ends_with_an_error(objects: ObjectStore, tamper: Tamper) -> None:
    objects.put(CONTENT)
    tamper(KEY, CONTENT + b"!")
    with pytest.raises(errors.Broken) as caught:
        list(objects.stream(DIGEST))
    assert caught.value.code == "object_corrupted"


def test_putting_the_content_again_mends_a_torn_object(objects: ObjectStore, tamper: Tamper) -> None:
    objects.put(CONTENT)
    tamper(KEY, CONTENT[:5])
    objects.put(CONTENT)
    assert objects.get(DIGEST) == CONTENT


def test_every_digest_is_listed_once_and_foreign_files_are_not(objects: ObjectStore, tamper: Tamper) -> None:
    expected = {objects.put(bytes([number])) for number in range(20)}
    tamper("ab/notes.txt", b"somebody else's")
    listed = list(objects.digests())
    assert len(listed) == 20
    assert set(listed) == expected


@pytest.mark.parametrize("digest", ["", "../../etc/passwd", DIGEST.upper(), DIGEST[:-1], DIGEST + "0", DIGEST + "\n"])
def test_what_is_no_digest_reaches_no_file(digest: str, tmp_path: Path) -> None:
    objects = ObjectStore.open(tmp_path.as_uri())
    for use in (objects.get, objects.contains, objects.delete):
        with pytest.raises(ValueError, match="64 lower-case hex digits"):
            use(digest)


@pytest.mark.parametrize("url", ["", "/srv/objects", "file:relative", "file://host/share", "s3://", "https://host/x"])
def test_an_address_that_is_no_object_store_is_refused(url: str) -> None:
    with pytest.raises(errors.Refused) as caught:
        ObjectStore.open(url)
    assert caught.value.code == "objects_url"
