"""The file that names this ledger's witnesses, as the settings point at it."""

from registry import errors
from registry.clock import Clock
from registry.publication.witnesses import Witnesses
from registry.settings import Settings
from registry.verify.errors import VerificationError
from registry.verify.policy import LARGEST_POLICY, Policy


def witnesses_of(settings: Settings, clock: Clock) -> Witnesses | None:
    """The witnesses to ask; None if the settings name no policy. Refused (``witness_policy``)."""
    if settings.witness_policy is None:
        if settings.witness_required:
            raise _refused("REGISTRY_WITNESS_REQUIRED asks for cosignatures, but REGISTRY_WITNESS_POLICY names nobody.")
        return None
    file = settings.witness_policy
    try:
        with file.open("rb") as opened:
            policy = Policy.parse(opened.read(LARGEST_POLICY + 1))
    except OSError as error:
        raise _refused(f"The policy {file} cannot be read: {error.strerror or error}.") from error
    except VerificationError as error:
        raise _refused(f"The policy {file} cannot be used. {error}") from error
    if not any(witness.url for witness in policy.witnesses):
        raise _refused(f"The policy {file} names no witness with an address to submit checkpoints to.")
    return Witnesses(policy, clock)


def _refused(why: str) -> errors.Refused:
    return errors.Refused(
        "witness_policy", why, hint="docs/publish-the-log.md shows such a file; c2sp.org/tlog-policy describes it."
    )
