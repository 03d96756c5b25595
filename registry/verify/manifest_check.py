"""Every file of an evidence file against the manifests that list it (RFC 8493, section 3)."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from registry.verify import bag
from registry.verify.container import Container
from registry.verify.errors import Contradiction, Malformed, VerificationError
from registry.verify.evidence_form import EVIDENCE_RECORD, RECORD_MANIFEST
from registry.verify.report import UNPROVEN, Checks

OF_A_RENEWAL = (EVIDENCE_RECORD, RECORD_MANIFEST)
"""They are younger than the manifests, and have checks of their own."""


@dataclass(frozen=True)
class FileDigests:
    """What a file is."""

    sha256: bytes
    sha512: bytes
    size: int


def digests_of(checks: Checks, container: Container) -> dict[str, FileDigests]:
    """What each file is; those that cannot be read to their end are reported and left out."""
    found: dict[str, FileDigests] = {}
    for name, member in container.members.items():
        sha256, sha512 = hashlib.sha256(), hashlib.sha512()
        try:
            for chunk in container.chunks(name):
                sha256.update(chunk)
                sha512.update(chunk)
        except VerificationError as error:
            checks.fail(f"file {name}", error)
        else:
            found[name] = FileDigests(sha256.digest(), sha512.digest(), member.size)
    return found


def check_manifests(checks: Checks, container: Container, digests: Mapping[str, FileDigests]) -> tuple[str, ...]:
    """Compares every file with every manifest that should list it; answers the files that none lists."""
    listed: dict[str, dict[str, bytes]] = {}
    for name, length in (
        (bag.PAYLOAD_SHA256, bag.SHA256_BYTES),
        (bag.PAYLOAD_SHA512, bag.SHA512_BYTES),
        (bag.TAGS_SHA256, bag.SHA256_BYTES),
    ):
        try:
            listed[name] = bag.parse_manifest(container.read(name, bag.LARGEST_TEXT), length)
            _check_scope(name, listed[name])
        except VerificationError as error:
            checks.fail(f"file {name}", error)
            listed.setdefault(name, {})
    wrong = False
    for name, entries in listed.items():
        for path, expected in entries.items():
            try:
                _check_listed(path, name, expected, container, digests)
            except VerificationError as error:
                wrong = True
                checks.fail(f"file {path}", error)
    everywhere = {path for entries in listed.values() for path in entries}
    elsewhere = (bag.TAGS_SHA256, *OF_A_RENEWAL)
    unlisted = tuple(path for path in container.members if path not in everywhere and path not in elsewhere)
    for path in unlisted:
        checks.skip(f"file {path}", f"{UNPROVEN}: no manifest lists it, so nothing in here speaks for it.")
    one_sided = set(listed[bag.PAYLOAD_SHA256]) ^ set(listed[bag.PAYLOAD_SHA512])
    if not wrong and not one_sided:
        checks.attempt("manifests", lambda: (f"{len(everywhere)} files are as the manifests list them.", None))
    for path in sorted(one_sided):
        checks.fail(f"file {path}", Malformed("One of the two payload manifests does not list it."))
    return unlisted


def _check_scope(manifest: str, entries: Mapping[str, bytes]) -> None:
    of_payload = manifest != bag.TAGS_SHA256
    for path in entries:
        if path.startswith(bag.PAYLOAD_FOLDER) != of_payload or path == bag.TAGS_SHA256:
            raise Malformed(f"It lists {path}, which is not its to list.")


def _check_listed(
    path: str, manifest: str, expected: bytes, container: Container, digests: Mapping[str, FileDigests]
) -> None:
    if path not in container.members:
        raise Malformed(f"It is missing; {manifest} lists it.")
    if path not in digests:
        return  # reported when it was read
    found = digests[path].sha512 if manifest == bag.PAYLOAD_SHA512 else digests[path].sha256
    if found != expected:
        raise Contradiction(f"It is not the file that {manifest} lists.", expected=expected, found=found)
