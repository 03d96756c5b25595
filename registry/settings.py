"""What a person may set, each by an environment variable ``REGISTRY_...``; everything has a working default."""

import re
from pathlib import Path
from typing import Any, Literal, Self
from urllib.parse import quote

from platformdirs import user_data_path
from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from registry import errors

APPLICATION = "firstmark"
"""The folder's name inside the user's data folder."""
DATABASE_FILE = "registry.sqlite"
OBJECTS_FOLDER = "objects"
CALIBRATION_FILE = "calibration.json"
QUALITY_FILE = "quality.json"
SEARCH_PARTS = ("whole_pictures", "local_features", "regions", "outlines")
MEBIBYTE = 1024 * 1024
HIGHEST_PORT = 65535

_NOTE_NAME = re.compile(r"[^\s+\x00-\x1f\x7f]+")
"""C2SP signed-note: a key's name is not empty and has neither spaces nor a plus sign."""

_WEB_ORIGIN = re.compile(r"https?://[a-z0-9.\[\]:-]+")


_ISSUER = re.compile(
    r"(https://[a-z0-9.\[\]:-]+|http://(127\.0\.0\.1|\[::1\]|localhost)(:[0-9]{1,5})?)(/[A-Za-z0-9._~%/-]*)?", re.ASCII
)
"""OpenID Connect Discovery 1.0, section 3: https, no query, no fragment; unencrypted never beyond this machine."""


class Settings(BaseSettings):
    """The settings of one installation.

    Made by :meth:`load`; constructing it directly raises pydantic's own error. Addresses may hold
    passwords and are therefore left out of ``repr``.
    """

    model_config = SettingsConfigDict(
        env_prefix="REGISTRY_",
        env_ignore_empty=True,
        extra="forbid",
        frozen=True,
        hide_input_in_errors=True,
        use_attribute_docstrings=False,
    )

    home: Path = Field(
        default_factory=lambda: user_data_path(APPLICATION, appauthor=False),
        description="Folder with the database, the original files and the keys. Default: the user's data folder.",
    )
    database_url: str | None = Field(
        default=None,
        repr=False,
        description=(
            "Address of the database: `postgresql://user:password@host/name` or `sqlite:////absolute/path`. "
            "Default: `registry.sqlite` in the home."
        ),
    )
    objects_url: str | None = Field(
        default=None,
        repr=False,
        description=(
            "Where original files are kept: `s3://bucket/prefix` (with the usual `AWS_...` variables) or "
            "`file:///absolute/folder`. Default: `objects` in the home."
        ),
    )
    ledger_origin: str | None = Field(
        default=None,
        max_length=255,
        description=(
            "Name of the ledger, in every checkpoint for ever, such as `example.com/log`: a host name you own and a "
            "path. Read when the ledger is made. Default: `firstmark.local/log/` and 8 digits of the key."
        ),
    )
    ledger_ml_dsa: bool = Field(
        default=False,
        description=(
            "Whether checkpoints are signed with an ML-DSA-44 key as well (3 kB each), for a time in which Ed25519 is "
            "broken; verifiers that do not know it pass it over."
        ),
    )
    witness_policy: Path | None = Field(
        default=None,
        description=(
            "File with the witnesses that checkpoints are submitted to, and how many of whom must cosign "
            "(C2SP tlog-policy). Default: no witnesses."
        ),
    )
    witness_required: bool = Field(
        default=False,
        description=(
            "Whether a checkpoint is shown only once the witnesses that the policy asks for have cosigned it; "
            "entries are recorded all the same."
        ),
    )
    witness_seconds: int = Field(
        default=5,
        ge=1,
        le=86_400,
        description="Seconds between two submissions to the witnesses by `registry serve`.",
    )
    witness_name: str | None = Field(
        default=None,
        max_length=255,
        description=(
            "Name of this installation's own witness, in every cosignature for ever, such as `example.com/witness`. "
            "Read when its key is made. Default: `firstmark.local/witness/` and 8 digits of the key."
        ),
    )
    timestamp_authorities: Path | None = Field(
        default=None,
        description=(
            "File with the timestamp authorities (RFC 3161) that stamp checkpoints: on each line a name, an address "
            "and a PEM file with who vouches for it. Default: none."
        ),
    )
    timestamp_seconds: int = Field(
        default=3600,
        ge=1,
        le=604_800,
        description="Seconds between two timestamps by each authority and calendar, asked for by `registry serve`.",
    )
    opentimestamps_calendars: str = Field(
        default="",
        max_length=4096,
        description=(
            "Addresses of the OpenTimestamps calendars that put checkpoints into blocks of Bitcoin, with spaces "
            "between, such as `https://calendar.example`. Default: none."
        ),
    )
    bitcoin_explorer: str | None = Field(
        default=None,
        max_length=255,
        description=(
            "Address of a server with the interface of Esplora, such as `https://node.example/api`, that the headers "
            "of those blocks are taken from. Default: none; evidence files then have the proof without the header."
        ),
    )
    ethereum_networks: Path | None = Field(
        default=None,
        description=(
            "File with the networks in which checkpoints are anchored (TOML): of each its endpoints, the operator's "
            "key, and limits of what may be spent. Default: none."
        ),
    )
    ethereum_poll_seconds: int = Field(
        default=12,
        ge=1,
        le=3_600,
        description="Seconds between two looks at each network by `registry serve`.",
    )
    certificate_signer: Path | None = Field(
        default=None,
        description=(
            "File with the key that signs certificates (PEM, without a password), its X.509 certificate, and those "
            "that lead to an authority. Default: a key and certificate of this installation's own."
        ),
    )
    max_upload_bytes: int = Field(
        default=64 * MEBIBYTE,
        ge=1024,
        le=1024 * MEBIBYTE,
        description="Largest file accepted, in bytes: room for a layered original, small enough to be held in memory.",
    )
    picture_workers: int = Field(
        default=2,
        ge=1,
        le=64,
        description="Processes that decode pictures; each may use one CPU core and some hundred megabytes.",
    )
    search_without: str = Field(
        default="",
        description=(
            "Parts of the search to switch off, to save their time or to see their worth: `whole_pictures`, "
            "`local_features`, `regions`, `outlines`, with commas. Default: none."
        ),
    )
    index_unit: int = Field(
        default=4_096,
        ge=1,
        le=1_048_576,
        description=(
            "Ledger entries in the shortest segment of the search's index; what does not fill one is held in memory "
            "by each process. Another number has the index made again."
        ),
    )
    host: str = Field(
        default="127.0.0.1",
        description="Address that `registry serve` listens on. Default: this machine only.",
    )
    port: int = Field(
        default=8000,
        ge=0,
        le=HIGHEST_PORT,
        description="Port that `registry serve` listens on; 0 takes a free one.",
    )
    public_url: str | None = Field(
        default=None,
        max_length=255,
        description=(
            "Address at which people reach the pages, such as `https://registry.example`: with https, cookies never "
            "travel unencrypted, and forms are taken from pages of this address alone. Default: whatever they ask for."
        ),
    )

    oidc_issuer: str | None = Field(
        default=None,
        max_length=255,
        description=(
            "Address of the provider of identity that people may sign in with (OpenID Connect), exactly as it calls "
            "itself, such as `https://login.example/realms/studio`. Default: none, passwords alone."
        ),
    )
    oidc_client_id: str | None = Field(
        default=None, max_length=255, description="What that provider calls this installation."
    )
    oidc_client_secret: str | None = Field(
        default=None,
        max_length=1024,
        repr=False,
        description="The secret that belongs to it. Default: none, for a client that the provider knows as public.",
    )
    oidc_client_secret_file: Path | None = Field(
        default=None,
        description="File with that secret on one line, which nobody else may read; comes before the variable.",
    )
    oidc_scopes: str = Field(
        default="openid profile",
        max_length=500,
        description="What the provider is asked for, with spaces; `openid` must be among it.",
    )
    oidc_name_claim: str = Field(
        default="preferred_username",
        min_length=1,
        max_length=100,
        description="Claim that names the account of somebody new; an `email` counts if the provider verified it.",
    )
    oidc_new_accounts: Literal["none", "member", "administrator"] = Field(
        default="none",
        description=(
            "What somebody gets whom the provider signs in and whom nobody knows here: `none`, an account as `member`, "
            "or one as `administrator`. With `none`, people are let in by `registry accounts link`."
        ),
    )

    @classmethod
    def load(cls, **given: Any) -> Self:
        """Settings from the environment; what is ``given`` and not None comes first, as command-line options do.

        Refuses (``setting_invalid``) a value that makes no sense, naming its variable but never the value.
        """
        try:
            return cls(**{name: value for name, value in given.items() if value is not None})
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            name = "_".join(str(part) for part in first["loc"]).upper()
            reason = first["msg"].removeprefix("Value error, ")
            raise errors.Refused(
                "setting_invalid",
                f"The setting REGISTRY_{name} makes no sense: {reason[:1].lower()}{reason[1:]}.",
                hint="Correct it, or remove it to use the default; docs/reference/settings.md describes every setting.",
            ) from None

    @property
    def database_address(self) -> str:
        """``database_url``, or the file in the home."""
        return self.database_url or f"sqlite:///{quote(str(self.home / DATABASE_FILE))}"

    @property
    def objects_address(self) -> str:
        """``objects_url``, or the folder in the home."""
        return self.objects_url or (self.home / OBJECTS_FOLDER).as_uri()

    @property
    def calibration_file(self) -> Path:
        """Where a refitted decision on listings is kept; the shipped one is used where there is none."""
        return self.home / CALIBRATION_FILE

    @property
    def quality_file(self) -> Path:
        """Where the newest measurement of the detection is kept, if one was recorded."""
        return self.home / QUALITY_FILE

    @property
    def search_switched_off(self) -> frozenset[str]:
        """The names in ``search_without``."""
        return frozenset(name.strip() for name in self.search_without.split(",") if name.strip())

    @field_validator("search_without")
    @classmethod
    def _known_parts(cls, names: str) -> str:
        if unknown := {name.strip() for name in names.split(",") if name.strip()} - set(SEARCH_PARTS):
            raise ValueError(f"there is no {sorted(unknown)[0]}; choose from {', '.join(SEARCH_PARTS)}")
        return names

    @field_validator(
        "home",
        "witness_policy",
        "timestamp_authorities",
        "ethereum_networks",
        "certificate_signer",
        "oidc_client_secret_file",
    )
    @classmethod
    def _absolute(cls, path: Path | None) -> Path | None:
        return None if path is None else path.expanduser().absolute()

    @field_validator("public_url")
    @classmethod
    def _an_origin(cls, address: str | None) -> str | None:
        if address is not None and not _WEB_ORIGIN.fullmatch(address):
            raise ValueError("it is http:// or https:// and a host in lower case, with no path or slash behind it")
        return address

    @field_validator("oidc_issuer")
    @classmethod
    def _an_issuer(cls, address: str | None) -> str | None:
        if address is not None and not _ISSUER.fullmatch(address):
            raise ValueError("it is an address of https, or of http on this machine, without a question mark")
        return address

    @field_validator("oidc_scopes")
    @classmethod
    def _with_openid(cls, scopes: str) -> str:
        if "openid" not in scopes.split():
            raise ValueError("the scope openid is missing")
        return " ".join(scopes.split())

    @field_validator("ledger_origin", "witness_name")
    @classmethod
    def _usable_as_note_name(cls, name: str | None) -> str | None:
        if name is not None and not _NOTE_NAME.fullmatch(name):
            raise ValueError("a ledger's or witness's name has neither spaces nor a plus sign")
        return name
