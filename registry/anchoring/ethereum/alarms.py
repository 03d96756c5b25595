"""What a person has to look at: sentences by stable codes, of one round of one network."""

import json
from collections.abc import Mapping


class Alarms:
    """Collects the alarms of a round. The first sentence under a code stays."""

    def __init__(self) -> None:
        self._raised: dict[str, str] = {}

    def raise_(self, code: str, sentence: str) -> None:
        """Raises one."""
        self._raised.setdefault(code, sentence)

    @property
    def raised(self) -> Mapping[str, str]:
        """The sentences by code."""
        return dict(self._raised)

    def to_text(self) -> str:
        """As they are kept."""
        return json.dumps(self._raised, sort_keys=True)


def alarms_of(text: str) -> dict[str, str]:
    """What :meth:`Alarms.to_text` kept."""
    told: dict[str, str] = json.loads(text)
    return told
