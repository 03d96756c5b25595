"""The texts of a BagIt bag (RFC 8493) in the one form in which evidence files have them.

Manifests hold a line ``<hex digest>  <path>`` for each file, sorted by path.
"""

import re
from collections.abc import Mapping

from registry.verify.encoding import hex_bytes, quoted, utf8_text
from registry.verify.errors import Malformed

DECLARATION_NAME = "bagit.txt"
DECLARATION = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
INFO_NAME = "bag-info.txt"
PAYLOAD_FOLDER = "data/"
SHA256_BYTES, SHA512_BYTES = 32, 64
PAYLOAD_SHA256, PAYLOAD_SHA512 = "manifest-sha256.txt", "manifest-sha512.txt"
TAGS_SHA256 = "tagmanifest-sha256.txt"
"""Lists every file that no payload manifest lists, except itself."""
LARGEST_TEXT = 1_048_576
"""Bytes of a manifest: a thousand files with the longest names."""
_LABEL = re.compile(r"[A-Z][A-Za-z-]{0,60}", re.ASCII)


def manifest(digests: Mapping[str, bytes]) -> bytes:
    """The manifest of files with these digests, by path."""
    return "".join(f"{digests[path].hex()}  {path}\n" for path in sorted(digests)).encode("ascii")


def parse_manifest(content: bytes, digest_bytes: int) -> dict[str, bytes]:
    """Digests by path. Malformed unless ``content`` is what ``manifest`` writes."""
    listed: dict[str, bytes] = {}
    for line in utf8_text(content).split("\n")[:-1]:
        digest, _, path = line.partition("  ")
        if not path.isascii() or not path:
            raise Malformed(f"The manifest has the line {quoted(line)}, which names no file.")
        listed[path] = hex_bytes(digest, digest_bytes)
    if manifest(listed) != content:
        raise Malformed("The manifest does not reproduce itself.")
    return listed


def information(labels: Mapping[str, str]) -> bytes:
    """``bag-info.txt``: a line ``Label: value`` for each of ``labels``, in their order."""
    return "".join(f"{label}: {value}\n" for label, value in labels.items()).encode("utf-8")


def parse_information(content: bytes) -> dict[str, str]:
    """Values by label. Malformed unless ``content`` is what ``information`` writes."""
    labels: dict[str, str] = {}
    for line in utf8_text(content).split("\n")[:-1]:
        label, _, value = line.partition(": ")
        if not _LABEL.fullmatch(label) or not value or not value.isprintable():
            raise Malformed(f"{INFO_NAME} has the line {quoted(line)}, which says nothing.")
        labels[label] = value
    if information(labels) != content:
        raise Malformed(f"{INFO_NAME} does not reproduce itself.")
    return labels


def payload_oxum(sizes: Mapping[str, int]) -> str:
    """``Payload-Oxum`` (RFC 8493, section 2.2.2): bytes and number of the payload's files."""
    payload = [size for path, size in sizes.items() if path.startswith(PAYLOAD_FOLDER)]
    return f"{sum(payload)}.{len(payload)}"
