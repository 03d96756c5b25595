"""The tables of accounts and API keys."""

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from registry.storage.database import Base


class Account(Base):
    """A person or firm that works belong to. Its name is unique and compared byte by byte after NFC."""

    __tablename__ = "account"

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[int]
    """Milliseconds since the Unix epoch, as every time here."""


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
