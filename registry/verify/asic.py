"""Timestamps over a whole container, as ASiC-E has them (ETSI EN 319 162-1, section 4.4 and annex A).

``META-INF/ASiCManifestNNN.xml`` lists the other files with their digests, and ``META-INF/timestampNNN.tst`` is a token
over that list. It is never parsed: the verifier writes the one manifest that there is for the files and compares. The
list of the files that an evidence record covers is of the same kind.
"""

from collections.abc import Mapping
from functools import partial

from registry.verify import bag
from registry.verify.authority import Terms, trust_in
from registry.verify.container import MIMETYPE_NAME, Container
from registry.verify.encoding import base64_text
from registry.verify.errors import Contradiction, Malformed
from registry.verify.evidence_form import EVIDENCE_RECORD, LARGEST_TOKEN, MOST_AUTHORITIES, RECORD_MANIFEST
from registry.verify.report import Checks, Witness
from registry.verify.stamped_checkpoint import NOBODY, witness_of
from registry.verify.timestamp import Timestamp

FOLDER = "META-INF/"
HIGHEST_NUMBER = 999
"""What three digits can say."""
_NAMESPACES = 'xmlns:asic="http://uri.etsi.org/02918/v1.2.1#" xmlns:ds="http://www.w3.org/2000/09/xmldsig#"'
_DIGEST = "http://www.w3.org/2001/04/xmlenc#"
"""Begins the identifiers of SHA-256 and SHA-512 in XML (XML Encryption, section 5.7), their names end them."""
_TOKEN_TYPE = "application/vnd.etsi.timestamp-token"  # noqa: S105 - a media type


def manifest_name(number: int) -> str:
    """The name of the manifest with this number, from 1."""
    return f"{FOLDER}ASiCManifest{number:03d}.xml"


def timestamp_name(number: int) -> str:
    """The name of the token over that manifest."""
    return f"{FOLDER}timestamp{number:03d}.tst"


def is_listed(name: str) -> bool:
    """Whether a container's manifest lists the file: all but the type, the folder of manifests, and the list of tags,
    which lists them in turn."""
    return name not in (MIMETYPE_NAME, bag.TAGS_SHA256) and not name.startswith(FOLDER)


def container_manifest(number: int, digests: Mapping[str, bytes]) -> bytes:
    """The manifest of files with these SHA-256 digests, by name. Names are such as need no escaping in XML."""
    listed = {name: digest for name, digest in digests.items() if is_listed(name)}
    return _manifest(f'URI="{timestamp_name(number)}" MimeType="{_TOKEN_TYPE}"', "sha256", listed)


def is_recorded(name: str) -> bool:
    """Whether an evidence record covers the file: all but the type, the record and its manifest (section 4.4.4.2)."""
    return name not in (MIMETYPE_NAME, EVIDENCE_RECORD, RECORD_MANIFEST)


def record_manifest(digest_name: str, digests: Mapping[str, bytes]) -> bytes:
    """The manifest beside an evidence record, of the files that it covers with their digests by ``digest_name``, which
    is that of the record's first chain (section 4.4.3.2)."""
    listed = {name: digest for name, digest in digests.items() if is_recorded(name)}
    return _manifest(f'URI="{EVIDENCE_RECORD}"', digest_name, listed)


def _manifest(reference: str, digest_name: str, digests: Mapping[str, bytes]) -> bytes:
    references = "".join(
        f'  <asic:DataObjectReference URI="{name}">\n'
        f'    <ds:DigestMethod Algorithm="{_DIGEST}{digest_name}"/>\n'
        f"    <ds:DigestValue>{base64_text(digests[name])}</ds:DigestValue>\n"
        "  </asic:DataObjectReference>\n"
        for name in sorted(digests)
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f"<asic:ASiCManifest {_NAMESPACES}>\n"
        f"  <asic:SigReference {reference}/>\n"
        f"{references}"
        "</asic:ASiCManifest>\n"
    ).encode("ascii")


def check_container_timestamps(
    checks: Checks,
    container: Container,
    digests: Mapping[str, bytes],
    terms: Terms,
) -> tuple[Witness, ...]:
    """Checks the timestamps over the whole file, as :func:`check_timestamps` those over checkpoints."""
    numbers = [
        number
        for number in range(HIGHEST_NUMBER + 1)
        if {manifest_name(number), timestamp_name(number)} & container.members.keys()
    ]
    if len(numbers) > MOST_AUTHORITIES:
        checks.fail("timestamps", Malformed(f"There are more than {MOST_AUTHORITIES} timestamps over the whole file."))
        return ()
    witnesses = []
    for number in numbers:
        name = f"whole-file-{number:03d}"
        timestamp = checks.attempt(f"timestamp {name}", partial(_stamped, container, digests, number))
        if timestamp is None:
            checks.skip(f"authority {name}", NOBODY)
            continue
        trust = trust_in(timestamp, (), terms, strictly=False)
        trust.tell(checks, name)
        witnesses.append(witness_of(name, timestamp, trust))
    return tuple(witnesses)


def _stamped(container: Container, digests: Mapping[str, bytes], number: int) -> tuple[str, Timestamp]:
    expected = container_manifest(number, digests)
    if container.read(manifest_name(number), max(len(expected), bag.LARGEST_TEXT)) != expected:
        raise Contradiction(f"{manifest_name(number)} is not the list of the files in here.")
    timestamp = Timestamp.parse(container.read(timestamp_name(number), LARGEST_TOKEN))
    timestamp.check_of(expected)
    timestamp.check_signature()
    return "A token over the list of all files in here; signed as it says by the certificate in it.", timestamp
