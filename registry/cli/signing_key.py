"""`registry signing-key`: the Ed25519 key with which an owner signs claims. It never leaves the owner's machine."""

import hashlib
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from registry.cli.options import AsJson
from registry.cli.output import Output
from registry.errors import Conflict, Refused

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from registry.works.schemas import AmendmentInput, ClaimInput

MAX_KEY_FILE_BYTES = 16_384
"""An Ed25519 key in PEM takes 119 bytes; whatever is much longer is another file named by mistake."""

app = typer.Typer(no_args_is_help=True, help="Make or show the Ed25519 key that an owner signs claims with.")


@app.command()
def create(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Where to write the private key; must not exist yet.")],
    *,
    as_json: AsJson = False,
) -> None:
    """Make a new key and write it to FILE (PEM, readable by you alone)."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    output = Output(as_json=as_json)
    key = Ed25519PrivateKey.generate()
    write_signing_key(file, key)
    output.record({"path": str(file), "public_key": public_key_hex(key)})
    output.facts({"key file": file, "public key": public_key_hex(key)})
    output.say(
        f"Keep a copy of {file}: nobody can make it again. Use it with: registry register ... --sign-with {file}"
    )


@app.command()
def show(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A key made by `registry signing-key create`.")],
    *,
    as_json: AsJson = False,
) -> None:
    """Show the public half of a key, as it stands in signed claims."""
    output = Output(as_json=as_json)
    key = load_signing_key(file)
    output.record({"path": str(file), "public_key": public_key_hex(key)})
    output.facts({"public key": public_key_hex(key)})


def write_signing_key(file: Path, key: "Ed25519PrivateKey") -> None:
    """Write ``key`` as unencrypted PKCS #8 PEM, mode 0600. Never over an existing file: ``Conflict`` key_file_exists.

    A crash here leaves an incomplete file, which no command accepts and which signed nothing.
    """
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise Conflict(
            "key_file_exists",
            f"{file} exists already, and a key that is written over is lost.",
            hint="Name another file.",
        ) from error
    except OSError as error:
        raise Refused(
            "unwritable_file",
            f"{file} cannot be written: {error.strerror or error}.",
            hint="Name a file in a folder that exists and that you may write to.",
        ) from error
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(pem)
        stream.flush()
        os.fsync(stream.fileno())


def load_signing_key(file: Path) -> "Ed25519PrivateKey":
    """The Ed25519 private key in ``file`` (PKCS #8 PEM). ``Refused``: not_a_signing_key, unreadable_file."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    from registry.cli.file_access import read_small_file

    hint = "Make one with: registry signing-key create FILE. A key locked by a passphrase has to be unlocked first."
    content = read_small_file(file, MAX_KEY_FILE_BYTES)
    try:
        key = load_pem_private_key(content, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise Refused("not_a_signing_key", f"{file} holds no readable private key.", hint=hint) from error
    if not isinstance(key, Ed25519PrivateKey):
        raise Refused("not_a_signing_key", f"{file} holds a key of another kind than Ed25519.", hint=hint)
    return key


def public_key_hex(key: "Ed25519PrivateKey") -> str:
    """The 32 bytes of the public key, in lower-case hex."""
    return key.public_key().public_bytes_raw().hex()


def signed(claim: "ClaimInput", content: bytes, key: "Ed25519PrivateKey") -> "ClaimInput":
    """``claim`` with the owner's public key and signature over it and the file ``content``."""
    from registry.works.owner_signature import message_to_sign

    with_key = claim.model_copy(update={"owner_public_key": public_key_hex(key)})
    message = message_to_sign(with_key, hashlib.sha256(content).hexdigest())
    return with_key.model_copy(update={"owner_signature": key.sign(message).hex()})


def signed_amendment(
    amendment: "AmendmentInput", work_id: str, content: bytes | None, key: "Ed25519PrivateKey"
) -> "AmendmentInput":
    """``amendment`` with the owner's public key and signature over it, the work and the file ``content``, if any."""
    from registry.works.owner_signature import amendment_to_sign

    with_key = amendment.model_copy(update={"owner_public_key": public_key_hex(key)})
    digest = None if content is None else hashlib.sha256(content).hexdigest()
    message = amendment_to_sign(with_key, work_id, digest)
    return with_key.model_copy(update={"owner_signature": key.sign(message).hex()})
