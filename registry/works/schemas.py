"""The shapes on the wire that works own. Times are milliseconds since the Unix epoch, UTC."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import PydanticCustomError

from registry.errors import Refused
from registry.similarity.answer import Relation

LONGEST_TITLE = 300
LONGEST_CREATOR = 200
LONGEST_DESCRIPTION = 10_000
LONGEST_LICENCE = 200
LONGEST_FILE_NAME = 255
"""Bytes in UTF-8: what the file systems in use can hold."""
MOST_DRAFTS = 100
MOST_TAGS = 50
MOST_LEGAL_REGISTRATIONS = 50
_INVISIBLE = {"Cc", "Cs", "Zl", "Zp"}
_OVERRIDES = set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Direction overrides make one text look like another (Unicode Technical Report 36)."""
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


def is_plain_text(text: str, *, lines: bool = False) -> bool:
    """Whether ``text`` shows what it holds: no control characters or direction overrides, and in Unicode's NFC."""
    visible = text.replace("\n", "") if lines else text
    return (
        unicodedata.is_normalized("NFC", text)
        and not any(unicodedata.category(c) in _INVISIBLE or c in _OVERRIDES for c in visible)
        and bool(text.strip())
    )


def _plain_line(text: str) -> str:
    if not is_plain_text(text):
        raise PydanticCustomError(
            "text_not_plain", "must be visible text in Unicode NFC without control or direction characters"
        )
    return text


def _plain_lines(text: str) -> str:
    if not is_plain_text(text, lines=True):
        raise PydanticCustomError("text_not_plain", "must be visible text in Unicode NFC; lines end in a line feed")
    return text


def _calendar_date(text: str) -> str:
    try:
        if _DATE.fullmatch(text) and date.fromisoformat(text):
            return text
    except ValueError:
        pass
    raise PydanticCustomError("date_not_real", "must be a real date written YYYY-MM-DD")


def _line(longest: int) -> Any:
    return Annotated[str, Field(min_length=1, max_length=longest), AfterValidator(_plain_line)]


Title = Annotated[str, Field(min_length=1, max_length=LONGEST_TITLE), AfterValidator(_plain_line)]
Creator = Annotated[str, Field(min_length=1, max_length=LONGEST_CREATOR), AfterValidator(_plain_line)]
ShortText = Annotated[str, Field(min_length=1, max_length=LONGEST_LICENCE), AfterValidator(_plain_line)]
LongText = Annotated[str, Field(min_length=1, max_length=LONGEST_DESCRIPTION), AfterValidator(_plain_lines)]
CalendarDate = Annotated[str, Field(examples=["2024-05-31"]), AfterValidator(_calendar_date)]
Digest = Annotated[str, Field(pattern="^[0-9a-f]{64}$", examples=["9f" * 32])]
PublicKey = Annotated[str, Field(pattern="^[0-9a-f]{64}$", description="Ed25519 public key, hex.")]
Signature = Annotated[str, Field(pattern="^[0-9a-f]{128}$", description="Ed25519 signature, hex.")]


class _Shape(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


_Claim = TypeVar("_Claim", bound=_Shape)


class LegalRegistration(_Shape):
    """A registration at an office, beside which this one stands."""

    office: ShortText
    number: ShortText
    date: CalendarDate | None = None


class Draft(_Shape):
    """An earlier state of the work, kept by its owner, by digest."""

    sha256: Digest
    made_on: CalendarDate | None = None
    note: ShortText | None = None


class ClaimInput(_Shape):
    """What the owner says of the picture. All of it is private: the ledger holds a commitment to it."""

    model_config = ConfigDict(
        extra="forbid",
        strict=True,
        json_schema_extra={
            "examples": [{"creator": "Studio Aster", "title": "Harbour at night", "licence": "CC-BY-4.0"}]
        },
    )

    creator: Creator
    title: Title | None = None
    description: LongText | None = None
    created_on: CalendarDate | None = None
    licence: ShortText | None = None
    tags: Annotated[list[ShortText], Field(max_length=MOST_TAGS)] = []
    legal_registrations: Annotated[list[LegalRegistration], Field(max_length=MOST_LEGAL_REGISTRATIONS)] = []
    drafts: Annotated[list[Draft], Field(max_length=MOST_DRAFTS)] = []
    owner_public_key: PublicKey | None = None
    owner_signature: Signature | None = None


class AmendmentInput(_Shape):
    """What the owner says of a later state of the work: a new picture, drafts, or both. All of it is private."""

    model_config = ConfigDict(
        extra="forbid",
        strict=True,
        json_schema_extra={
            "examples": [
                {
                    "description": "The final colours.",
                    "created_on": "2024-06-02",
                    "drafts": [{"sha256": "9f" * 32, "made_on": "2024-05-31", "note": "pencil sketch"}],
                }
            ]
        },
    )

    description: LongText | None = None
    created_on: CalendarDate | None = None
    drafts: Annotated[list[Draft], Field(max_length=MOST_DRAFTS)] = []
    owner_public_key: PublicKey | None = None
    owner_signature: Signature | None = None


class Finding(_Shape):
    """An earlier registered picture that this one matches."""

    work_id: str
    own: Annotated[bool, Field(description="Whether the earlier work is the same owner's.")]
    verdict: Literal["match", "review"]
    relation: Relation
    score: Annotated[float, Field(ge=0, le=1)]
    transform: str
    sibling_of: Annotated[
        str | None, Field(description="The earlier work with the same art that this picture resembles more.")
    ] = None


class NoteView(_Shape):
    """Something the owner should know about how the file was read."""

    code: str
    text: str


class VersionView(_Shape):
    """One state of a work. What is null was erased, or never there: an amendment may bring drafts alone."""

    index: Annotated[int, Field(ge=0, description="The ledger entry that registered or amended the work.")]
    sha256: str | None
    original_name: str | None
    media_type: str | None
    width: int | None
    height: int | None


class WorkView(_Shape):
    """A registered work, as its owner sees it."""

    id: Annotated[str, Field(examples=["wrk_3c6gkyt2tftjmx0k14jr7bvgn9"])]
    state: Literal["registered", "withdrawn", "erased"]
    title: str | None
    creator: str | None
    registered_at: Annotated[int, Field(ge=0)]
    index: Annotated[int, Field(ge=0)]
    versions: list[VersionView]


class WorkPage(_Shape):
    """Some works, oldest first, and where the next page begins."""

    items: list[WorkView]
    next: Annotated[str | None, Field(description="Cursor of the next page; null: there are no more.")] = None
    next_index: Annotated[int | None, Field(description="Ledger index that the next page begins at.")]


class Registered(_Shape):
    """The answer to a registration or an amendment: the entry, its proof under a signed checkpoint, the receipt."""

    status: Annotated[
        Literal["registered", "amended", "already_registered"],
        Field(description="`already_registered`: nothing was appended, this is what was answered before."),
    ]
    work_id: str
    index: Annotated[int, Field(ge=0)]
    sha256: Annotated[Digest | None, Field(description="Of the picture; null: drafts alone.")]
    entry: Annotated[dict[str, Any], Field(description="The public entry.")]
    inclusion_proof: Annotated[list[str], Field(description="Hex hashes from the leaf's sibling up to the root.")]
    checkpoint: Annotated[str, Field(description="Signed note of the checkpoint that the proof leads to.")]
    receipt: Annotated[dict[str, Any], Field(description="Keep it: it verifies offline, without this service.")]
    findings: list[Finding]
    notes: list[NoteView]


class Ended(_Shape):
    """The answer to a withdrawal or an erasure: the entry that says so."""

    work_id: str
    state: Literal["withdrawn", "erased"]
    index: Annotated[int, Field(ge=0)]


@dataclass(frozen=True)
class Upload:
    """A file as it came in. ``name`` is the last part of the path it had where it came from."""

    content: bytes
    name: str

    def __post_init__(self) -> None:
        longest = len(self.name.encode("utf-8", "surrogatepass")) > LONGEST_FILE_NAME
        if longest or not is_plain_text(unicodedata.normalize("NFC", self.name)):
            raise Refused(
                "file_name",
                "The file's name is empty, too long, or has control or direction characters in it.",
                hint=f"Give the file a plain name of at most {LONGEST_FILE_NAME} bytes.",
            )


def parse_claim(value: Mapping[str, Any]) -> ClaimInput:
    """A claim from untrusted members. Refuses (``claim_invalid``) and points at the member."""
    return _parsed(ClaimInput, value)


def parse_amendment(value: Mapping[str, Any]) -> AmendmentInput:
    """An amendment from untrusted members. Refuses (``claim_invalid``) and points at the member."""
    return _parsed(AmendmentInput, value)


def _parsed(shape: type[_Claim], value: Mapping[str, Any]) -> _Claim:
    try:
        return shape.model_validate(dict(value))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = "/".join(str(part).replace("~", "~0").replace("/", "~1") for part in first["loc"])
        raise Refused(
            "claim_invalid",
            f"The claim's {place.replace('/', ' ') or 'content'}: {first['msg']}.",
            hint="Correct the claim and send it again.",
            pointer=f"/{place}",
        ) from error
