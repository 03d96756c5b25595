"""The tables of accounts, API keys, and people who sign in to the pages."""

from sqlalchemy import ForeignKey, false
from sqlalchemy.orm import Mapped, mapped_column

from registry.storage.database import Base


class Account(Base):
    """A person or firm that works belong to. Its name is unique and compared byte by byte after NFC."""

    __tablename__ = "account"

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[int]
    """Milliseconds since the Unix epoch, as every time here."""
    is_administrator: Mapped[bool] = mapped_column(server_default=false())
    """Whether its people may see how this installation is run; nobody sees another account's works for it."""


class ApiKey(Base):
    """One API key of an account. The key itself is nowhere: only its HMAC-SHA-256 under the installation's secret."""

    __tablename__ = "api_key"

    id: Mapped[str] = mapped_column(primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"), index=True)
    name: Mapped[str]
    token_hmac: Mapped[bytes]
    scopes: Mapped[str]
    """Names separated by single spaces, sorted, as in OAuth 2.0 (RFC 6749, section 3.3)."""
    created_at: Mapped[int]
    expires_at: Mapped[int | None]
    last_used_at: Mapped[int | None]
    revoked_at: Mapped[int | None]


class AccountPassword(Base):
    """How a person signs in to the pages as an account. ``encoded`` is Argon2id's own text, salt included."""

    __tablename__ = "account_password"

    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"), primary_key=True)
    encoded: Mapped[str]
    changed_at: Mapped[int]


class AccountIdentity(Base):
    """A person whom a provider of identity signs in as an account. ``subject`` is the provider's own name for them."""

    __tablename__ = "account_identity"

    issuer: Mapped[str] = mapped_column(primary_key=True)
    subject: Mapped[str] = mapped_column(primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"), index=True)
    created_at: Mapped[int]


class BrowserSession(Base):
    """One browser that is signed in. Its token is nowhere: only its HMAC-SHA-256 under the installation's secret."""

    __tablename__ = "browser_session"

    token_hmac: Mapped[bytes] = mapped_column(primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"), index=True)
    created_at: Mapped[int]
    last_used_at: Mapped[int]


class SignInAttempts(Base):
    """How often a name was tried since ``since``. The name stands as an HMAC: people type passwords into its field."""

    __tablename__ = "sign_in_attempts"

    name_hmac: Mapped[bytes] = mapped_column(primary_key=True)
    attempts: Mapped[int]
    since: Mapped[int] = mapped_column(index=True)
