"""The shapes on the wire that checks own."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from registry.similarity.answer import Relation, Verdict
from registry.works.schemas import NoteView

Share = Annotated[float, Field(ge=0, le=1)]
Region = Annotated[list[tuple[float, float]], Field(description="Corners (x, y) in pixels, drawn in this order.")]


class _Shape(BaseModel):
    model_config = ConfigDict(extra="forbid")


class MatchView(_Shape):
    """A registered work that the listing picture shows, and where."""

    work_id: str
    index: Annotated[int, Field(ge=0, description="The ledger entry that registered the matched picture.")]
    title: str | None
    path: Annotated[str | None, Field(description="Name of the registered file where it came from.")]
    verdict: Literal["match", "review"]
    relation: Relation
    score: Share
    coverage_of_work: Share
    share_of_listing: Share
    transform: Annotated[str, Field(description="What was done to the work, in words.")]
    region: Region
    region_of_work: Region
    sibling_of: Annotated[
        str | None, Field(description="The work found at the same place that fits better: both show that art.")
    ] = None
    evidence: Annotated[str, Field(description="Where the picture that shows the match is.")]


class CheckView(_Shape):
    """The answer to a check: the verdict, and the matches, best first."""

    id: Annotated[str, Field(examples=["chk_3c6gkyt2tftjmx0k14jr7bvgn9"])]
    verdict: Verdict
    matches: list[MatchView]
    index_size: Annotated[int, Field(ge=0, description="How many ledger entries the search had seen.")]
    model: Annotated[str, Field(description="Names the sources, comparison and thresholds that answered.")]
    ms: Annotated[int, Field(ge=0, description="Milliseconds that the check took.")]
    width: Annotated[int | None, Field(description="Of the listing picture, in which regions lie; null: not kept.")] = (
        None
    )
    height: int | None = None
    notes: list[NoteView]
