"""What was shown of the ledger, remembered outside its database: how a restored old backup is noticed.

A database that is put back to an older state would sign other entries under sizes that were signed
before. The database alone cannot know that it is old.
"""

from typing import Protocol

from sqlalchemy.orm import Session

from registry.errors import Broken
from registry.ledger import stored_tree
from registry.verify.checkpoint import Checkpoint


class CheckpointMemory(Protocol):
    """Keeps the newest checkpoint that anybody may have seen."""

    def newest(self) -> Checkpoint | None:
        """The largest checkpoint that was remembered, by any process; None before the first."""

    def remember(self, note: str) -> None:
        """Returns when the checkpoint in ``note``, or a larger one, is remembered and a power cut cannot change that.

        Called after the checkpoint is committed and before anybody is told of it.
        """


class Forgetful:
    """Remembers nothing: for ledgers that nobody outside is shown. No restored backup is ever noticed."""

    def newest(self) -> Checkpoint | None:
        return None

    def remember(self, note: str) -> None: ...


def check_continues(session: Session, size: int, seen: Checkpoint, where: str) -> None:
    """Whether the ledger of ``size`` entries in this snapshot continues ``seen``, a checkpoint of its own key.

    ``where`` says who has it. Broken: ``ledger_rolled_back``, ``ledger_forked``.
    """
    if seen.size > size:
        raise rolled_back(size, seen, where)
    if stored_tree.root(session, seen.size) != seen.root:
        raise Broken(
            "ledger_forked",
            f"{where} shows a checkpoint of {seen.size} entries that this ledger signed, but the database has others "
            "under that number.",
            hint="Stop everything that writes. Keep the database and that checkpoint as they are: together they prove "
            "that the ledger was rewritten. Restore the newest good backup that continues the checkpoint.",
        )


def rolled_back(size: int, seen: Checkpoint, where: str) -> Broken:
    """The error of a database that is older than what was shown of it."""
    return Broken(
        "ledger_rolled_back",
        f"The database holds {size} entries, but {where} shows that the ledger had signed {seen.size} already: "
        "the database is an old copy, and going on with it would fork the ledger.",
        hint=f"Restore a backup with at least {seen.size} entries. If there is none, this ledger has ended: keep all "
        "of it for the proofs it gave, say so in public, and begin a new ledger under another name in a new home.",
    )
