"""Whom a provider of identity vouches for is let in, as the account that is theirs or as a new one."""

from dataclasses import dataclass

from registry import errors
from registry.accounts.identities import account_of_identity, new_account_of_identity
from registry.accounts.sign_in import begin_session
from registry.clock import Clock
from registry.ids import Randomness
from registry.openid_connect.identity import Identity
from registry.settings import Settings
from registry.storage.database import Database

NOBODY, ADMINISTRATOR = "none", "administrator"


@dataclass(frozen=True)
class Admission:
    """Who gets in. ``name_claim`` names the account of somebody new."""

    name_claim: str
    new_accounts: str

    @classmethod
    def of(cls, settings: Settings) -> "Admission":
        return cls(settings.oidc_name_claim, settings.oidc_new_accounts)

    def sign_in(
        self, database: Database, identity: Identity, *, secret: bytes, clock: Clock, randomness: Randomness
    ) -> str:
        """The token of a new session, the same as after a password.

        Forbidden (``identity_unknown``) for somebody new where nobody new is let in, Refused (``identity_nameless``,
        ``account_name``), Conflict (``account_name_taken``). Account, identity and session are one unit of work.
        """
        with database.write() as session:
            account = account_of_identity(session, identity.issuer, identity.subject)
            if account is None:
                if self.new_accounts == NOBODY:
                    raise _unknown()
                account = new_account_of_identity(
                    session,
                    identity.issuer,
                    identity.subject,
                    self._name(identity),
                    is_administrator=self.new_accounts == ADMINISTRATOR,
                    clock=clock,
                    randomness=randomness,
                )
            return begin_session(session, account.id, secret=secret, clock=clock, randomness=randomness)

    def _name(self, identity: Identity) -> str:
        name = identity.claims.get(self.name_claim)
        verified = self.name_claim != "email" or identity.claims.get("email_verified") is True
        if not isinstance(name, str) or not name.strip() or not verified:
            raise errors.Refused(
                "identity_nameless",
                "The provider signed you in and did not tell what your account is to be called; no account was made.",
                hint="Whoever runs this registry asks the provider for the claim that REGISTRY_OIDC_NAME_CLAIM names.",
            )
        return name


def _unknown() -> errors.Forbidden:
    return errors.Forbidden(
        "identity_unknown",
        "The provider signed you in, and nobody said yet which account here is yours.",
        hint="Ask whoever runs this registry for: registry accounts link NAME SUBJECT",
    )
