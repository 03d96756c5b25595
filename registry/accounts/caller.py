"""Who asks, and what they may do."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from registry import errors
from registry.accounts.models import Account


class Scope(StrEnum):
    """What a key allows. The ledger itself is public and needs none."""

    WORKS_READ = "works:read"
    WORKS_WRITE = "works:write"
    CHECKS_WRITE = "checks:write"
    KEYS_ADMIN = "keys:admin"


@dataclass(frozen=True)
class Caller:
    """An account that asks for something. ``key_id`` is None for a person at the machine's own command line."""

    account_id: str
    account_name: str
    scopes: frozenset[Scope]
    key_id: str | None

    @classmethod
    def local(cls, account: Account) -> Self:
        """Whoever can open the home's files may do everything in it."""
        return cls(account.id, account.name, frozenset(Scope), None)

    def require(self, scope: Scope) -> None:
        """Forbidden (``scope_missing``) unless the caller has ``scope``."""
        if scope not in self.scopes:
            raise errors.Forbidden(
                "scope_missing",
                f"This key does not allow {scope}.",
                hint=f"Use a key that was created with the scope {scope}.",
            )


def parse_scopes(names: Iterable[str]) -> frozenset[Scope]:
    """The scopes of these names; refuses (``scope_unknown``) any other name, and (``scopes_empty``) none at all."""
    known = ", ".join(Scope)
    scopes = set()
    for name in names:
        if name not in set(Scope):
            raise errors.Refused("scope_unknown", f"There is no scope {name!r}.", hint=f"The scopes are {known}.")
        scopes.add(Scope(name))
    if not scopes:
        raise errors.Refused("scopes_empty", "A key without any scope allows nothing.", hint=f"Choose from {known}.")
    return frozenset(scopes)
