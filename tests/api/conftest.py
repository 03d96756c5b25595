"""An application to ask, in this process and over a real connection, with keys to ask it with."""

from collections.abc import Callable, Iterator

import pytest
from fastapi.testclient import TestClient

from registry.accounts.account import find_or_create_account
from registry.accounts.caller import Scope
from registry.accounts.keys import create_key
from registry.api.app import create_app
from registry.installation import Installation

Key = Callable[..., str]
"""``key(Scope.WORKS_READ, account="Studio")`` is the text of a new API key."""


@pytest.fixture
def key(installation: Installation) -> Key:
    def issue(*scopes: Scope, account: str = "Studio", expires_at: int | None = None) -> str:
        with installation.database.write() as session:
            owner = find_or_create_account(session, account, installation.clock, installation.randomness)
            return create_key(
                session,
                owner,
                "test",
                scopes=frozenset(scopes or Scope),
                expires_at=expires_at,
                secret=installation.key_secret,
                clock=installation.clock,
                randomness=installation.randomness,
            ).token

    return issue


@pytest.fixture
def stranger(installation: Installation) -> Iterator[TestClient]:
    """Asks the application in this process, without a key."""
    with TestClient(create_app(installation), raise_server_exceptions=False) as client:
        yield client


@pytest.fixture
def studio(stranger: TestClient, key: Key) -> TestClient:
    """Asks with a key of the account Studio that has every scope."""
    stranger.headers["Authorization"] = f"Bearer {key()}"
    return stranger
