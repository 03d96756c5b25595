"""The provider that the settings name."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from registry import errors
from registry.settings import Settings
from registry.storage.secret_file import read_owned


@dataclass(frozen=True)
class Configuration:
    """``client_secret`` None: the provider knows this client as a public one, which PKCE alone protects."""

    issuer: str
    client_id: str
    scopes: str
    client_secret: str | None = field(default=None, repr=False)

    @classmethod
    def of(cls, settings: Settings) -> Self | None:
        """None where the settings name no provider. Refused or Broken if they make no sense."""
        if settings.oidc_issuer is None:
            return None
        if settings.oidc_client_id is None:
            raise errors.Refused(
                "setting_invalid",
                "REGISTRY_OIDC_ISSUER names a provider, but not what it calls this installation.",
                hint="Set REGISTRY_OIDC_CLIENT_ID to the client that you registered there.",
            )
        secret = settings.oidc_client_secret
        if settings.oidc_client_secret_file is not None:
            secret = _secret(settings.oidc_client_secret_file)
        return cls(settings.oidc_issuer, settings.oidc_client_id, settings.oidc_scopes, secret)


def _secret(file: Path) -> str:
    try:
        secret = read_owned(file).strip()
    except (OSError, UnicodeDecodeError) as error:
        raise errors.Broken(
            "secret_malformed",
            f"The file {file} with the provider's secret cannot be read.",
            hint="Correct REGISTRY_OIDC_CLIENT_SECRET_FILE, or who may read that file.",
        ) from error
    if not secret or not secret.isprintable():
        raise errors.Broken(
            "secret_malformed",
            f"The file {file} does not hold the provider's secret on one line.",
            hint="Copy it once more from the provider.",
        )
    return secret
