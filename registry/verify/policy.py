"""Trust policies (https://c2sp.org/tlog-policy): which logs and witnesses are known, and how many of whom must cosign.

witness one example.com/w1+...
witness two example.com/w2+... https://w2.example.com
group both all one two
quorum both
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from registry.verify.cosignature import CosignerKey
from registry.verify.encoding import quoted, utf8_text
from registry.verify.errors import Malformed
from registry.verify.note import VerifierKey

LARGEST_POLICY = 1_048_576
"""Bytes: some hundred ML-DSA-44 keys of 2 kB and as many comments."""
MOST_NAMES = 1_000
"""Witnesses and groups, or logs; the document asks for 32 of each at least."""
NONE = "none"
_FORBIDDEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_WHITESPACE = re.compile(r"[ \t]+")
_THRESHOLD = re.compile(r"[1-9][0-9]{0,3}", re.ASCII)


@dataclass(frozen=True)
class PolicyLog:
    """A log that is known; ``url`` is None where the policy names none."""

    key: VerifierKey
    url: str | None


@dataclass(frozen=True)
class PolicyWitness:
    """A witness under the name that it has in the policy alone."""

    name: str
    key: CosignerKey
    url: str | None


@dataclass(frozen=True)
class Group:
    """Holds if ``threshold`` of ``members`` (witnesses or groups) do."""

    threshold: int
    members: tuple[str, ...]


@dataclass(frozen=True)
class Policy:
    """``quorum`` is the name of a witness or group, or ``none``."""

    logs: tuple[PolicyLog, ...]
    witnesses: tuple[PolicyWitness, ...]
    groups: Mapping[str, Group]
    quorum: str

    @property
    def witness_keys(self) -> tuple[CosignerKey, ...]:
        """The keys of all witnesses."""
        return tuple(witness.key for witness in self.witnesses)

    def holds(self, cosigners: Collection[CosignerKey]) -> bool:
        """Whether cosignatures by ``cosigners`` are enough."""
        holding = {witness.name: witness.key in cosigners for witness in self.witnesses} | {NONE: True}
        for name, group in self.groups.items():  # each after its members
            holding[name] = sum(holding[member] for member in group.members) >= group.threshold
        return holding[self.quorum]

    @classmethod
    def parse(cls, content: bytes) -> "Policy":
        """Malformed unless ``content`` is a policy file; names are taken to be UTF-8, as the document recommends."""
        if len(content) > LARGEST_POLICY:
            raise Malformed(f"The policy is larger than {LARGEST_POLICY} bytes.")
        text = utf8_text(content)
        if _FORBIDDEN.search(text) or (text and not text.endswith("\n")):
            raise Malformed("A policy consists of lines, with no control characters but tabs.")
        reading = _Reading()
        for number, line in enumerate(text.split("\n"), 1):
            words = [word for word in _WHITESPACE.split(line) if word]
            if words and not words[0].startswith("#"):
                try:
                    reading.take(words)
                except Malformed as error:
                    raise Malformed(f"Line {number} of the policy: {error}") from error
        return reading.done()


class _Reading:
    def __init__(self) -> None:
        self._logs: dict[bytes, PolicyLog] = {}
        self._witnesses: dict[bytes, PolicyWitness] = {}
        self._groups: dict[str, Group] = {}
        self._free: set[str] = set()
        """Names that no group has as a member yet."""
        self._names: set[str] = {NONE}
        self._quorum: str | None = None

    def take(self, words: list[str]) -> None:
        match words:
            case ["log", key, *url] if len(url) <= 1:
                log = PolicyLog(VerifierKey.parse(key), url[0] if url else None)
                if self._logs.setdefault(log.key.public_key, log) is not log:
                    raise Malformed("This log is listed already.")
            case ["witness", name, key, *url] if len(url) <= 1:
                self._define(name)
                witness = PolicyWitness(name, CosignerKey.parse(key), url[0] if url else None)
                if self._witnesses.setdefault(witness.key.public_key, witness) is not witness:
                    raise Malformed("This witness is listed already.")
            case ["group", name, threshold, *members] if members:
                for member in members:
                    if member not in self._free:
                        raise Malformed(f"{quoted(member)} is no witness or group that can be a member here.")
                    self._free.remove(member)
                self._define(name)
                self._groups[name] = Group(_threshold(threshold, len(members)), tuple(members))
            case ["quorum", name]:
                if self._quorum is not None or name not in self._names:
                    raise Malformed("There is one quorum line, and it names what is defined before it.")
                self._quorum = name
            case _:
                raise Malformed(f"{quoted(' '.join(words))} says nothing that a policy can say.")
        if len(self._logs) > MOST_NAMES or len(self._names) > MOST_NAMES:
            raise Malformed(f"There are more than {MOST_NAMES} names.")

    def done(self) -> Policy:
        if self._quorum is None:
            raise Malformed("The policy has no quorum line.")
        return Policy(tuple(self._logs.values()), tuple(self._witnesses.values()), self._groups, self._quorum)

    def _define(self, name: str) -> None:
        if name in self._names:
            raise Malformed(f"{quoted(name)} is defined already.")
        self._names.add(name)
        self._free.add(name)


def _threshold(text: str, members: int) -> int:
    if text in ("any", "all"):
        return 1 if text == "any" else members
    if not _THRESHOLD.fullmatch(text) or int(text) > members:
        raise Malformed(f"{quoted(text)} is not any, all, or a number from 1 to {members}.")
    return int(text)
