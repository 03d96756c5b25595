"""The file that names the timestamp authorities, as the settings point at it.

# name   address                      who vouches for it (PEM, beside this file)
freetsa  https://freetsa.org/tsr      freetsa-root.pem
"""

from pathlib import Path

from registry import errors
from registry.anchoring.timestamp_authority import TimestampAuthority
from registry.outbound.http_requests import check_address
from registry.settings import Settings
from registry.verify.certificate import LARGEST_PEM, parse_certificates
from registry.verify.errors import VerificationError
from registry.verify.evidence_form import MOST_AUTHORITIES
from registry.verify.stamped_checkpoint import AUTHORITY_NAME

LARGEST_FILE = 1_048_576
_COMMENT = "#"
_WORDS = 3


def authorities_of(settings: Settings) -> tuple[TimestampAuthority, ...]:
    """The authorities to ask; none if the settings name no file. Refused (``timestamp_authorities``)."""
    file = settings.timestamp_authorities
    if file is None:
        return ()
    text = _read(file, LARGEST_FILE).decode("utf-8", "replace")
    lines = [line.split() for line in text.splitlines()]
    found: dict[str, TimestampAuthority] = {}
    for number, words in enumerate(lines, 1):
        if not words or words[0].startswith(_COMMENT):
            continue
        if len(words) != _WORDS or not AUTHORITY_NAME.fullmatch(words[0]) or words[0] in found:
            raise _refused(f"Line {number} of {file} is not a name of its own, an address and a file of certificates.")
        found[words[0]] = _authority(words[0], words[1], file.parent / words[2], f"Line {number} of {file}")
    if not 0 < len(found) <= MOST_AUTHORITIES:
        raise _refused(f"The file {file} names {len(found)} authorities; it should be 1 to {MOST_AUTHORITIES}.")
    return tuple(found.values())


def _authority(name: str, url: str, roots: Path, where: str) -> TimestampAuthority:
    try:
        return TimestampAuthority(name, check_address(url), parse_certificates(_read(roots, LARGEST_PEM)))
    except errors.Refused as error:
        raise _refused(f"{where}: {error.message}") from error
    except VerificationError as error:
        raise _refused(f"{where}: {roots} cannot be used. {error}") from error


def _read(file: Path, largest: int) -> bytes:
    try:
        with file.open("rb") as opened:
            content = opened.read(largest + 1)
    except OSError as error:
        raise _refused(f"The file {file} cannot be read: {error.strerror or error}.") from error
    if len(content) > largest:
        raise _refused(f"The file {file} has more than {largest} bytes, which none of its kind has.")
    return content


def _refused(why: str) -> errors.Refused:
    return errors.Refused("timestamp_authorities", why, hint="docs/have-time-witnessed.md shows such a file.")
