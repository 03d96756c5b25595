"""The templates that searches lay over listings: those used last are kept. Thread-safe."""

import threading
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.similarity.catalogue import Ink
from registry.similarity.models import IndexedFeatures, IndexedPicture
from registry.similarity.registered_features import PackedTemplate

MOST_KEPT = 4_000
"""Some 20 kB each."""

# Not whole rows: the features in them are as large again, and searched for elsewhere.
_TEMPLATES = select(
    IndexedFeatures.entry_index,
    IndexedFeatures.template,
    IndexedFeatures.ink_left,
    IndexedFeatures.ink_top,
    IndexedFeatures.ink_right,
    IndexedFeatures.ink_bottom,
)


@dataclass(frozen=True)
class Printable:
    """A registered picture as it is looked for: ``ink`` is the box of its ink in pixels of it."""

    work_id: str
    template: PackedTemplate
    ink: Ink


class Templates:
    """Templates by the entry of their picture."""

    def __init__(self) -> None:
        self._kept: OrderedDict[int, tuple[PackedTemplate, Ink]] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, session: Session, entries: Iterable[int]) -> dict[int, Printable]:
        """By entry; without those of pictures that were erased meanwhile."""
        asked = sorted(set(entries))
        rows = session.execute(
            select(IndexedPicture.entry_index, IndexedPicture.work_id).where(IndexedPicture.entry_index.in_(asked))
        )
        works = {entry: work_id for entry, work_id in rows}
        with self._lock:
            known = {entry: self._kept[entry] for entry in works if entry in self._kept}
        missing = _TEMPLATES.where(IndexedFeatures.entry_index.in_(works.keys() - known.keys()))
        for entry, template, *ink in session.execute(missing):
            left, top, right, bottom = ink
            known[entry] = (PackedTemplate(template), (left, top, right, bottom))
        with self._lock:
            for entry, held in known.items():
                self._kept[entry] = held
                self._kept.move_to_end(entry)
            while len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)
        return {entry: Printable(works[entry], *held) for entry, held in known.items()}
