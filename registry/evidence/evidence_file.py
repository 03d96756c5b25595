"""An evidence file as a stream: a container whose every byte follows from its parts."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from registry.errors import Refused
from registry.evidence.part import Part
from registry.verify.container import LARGEST_CONTAINER, Member, check_names, directory


@dataclass(frozen=True)
class EvidenceFile:
    """``parts`` in the order in which they stand in it."""

    parts: tuple[Part, ...]

    @property
    def size(self) -> int:
        """In bytes. Refused (``evidence_too_large``) beyond what a container can hold."""
        members = self._members()
        size = members[-1].end + len(directory(members))
        if size > LARGEST_CONTAINER:
            raise Refused(
                "evidence_too_large",
                f"The evidence file would have {size} bytes; the most is {LARGEST_CONTAINER}.",
                hint="Leave the original out, and hand it over beside the evidence file.",
            )
        return size

    def chunks(self) -> Iterator[bytes]:
        """The file from its first byte to its last, in pieces."""
        members = self._members()
        for part, member in zip(self.parts, members, strict=True):
            yield member.local_header
            yield from part.chunks()
        yield directory(members)

    def _members(self) -> Sequence[Member]:
        check_names(part.name for part in self.parts)
        members: list[Member] = []
        for part in self.parts:
            start = members[-1].end if members else 0
            members.append(Member.after(start, part.name, part.crc, part.size))
        return members
