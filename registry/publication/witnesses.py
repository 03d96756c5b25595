"""Asking witnesses to cosign a checkpoint (https://c2sp.org/tlog-witness), and gathering what they answer."""

import logging
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus

from registry import errors
from registry.clock import Clock
from registry.ledger.private_key import COSIGNATURE_CHECKS
from registry.outbound.http_requests import Answer, HttpRequests, check_address
from registry.verify.checkpoint import Checkpoint, unverified_checkpoint
from registry.verify.cosignature import cosigners
from registry.verify.encoding import decimal, utf8_text
from registry.verify.errors import Contradiction, VerificationError
from registry.verify.note import Note, NoteSignature, parse_note
from registry.verify.policy import Policy, PolicyWitness
from registry.witness.add_checkpoint import SIZE_MEDIA_TYPE, AddCheckpoint

log = logging.getLogger("registry.publication")

LARGEST_ANSWER = 65_536
"""Bytes: a witness answers with a line of 5 kB for each of its keys."""
WITNESSES_AT_ONCE = 8
SIZES_TOLD = 3
"""How often one witness may tell another size before it is left alone for this round: others submit, too."""
CLOCK_DIFFERENCE_SECONDS = 300
"""How far a witness's clock may be from ours. What is older was made for another request and is only replayed."""

Prove = Callable[[int, int], Sequence[bytes]]
"""The consistency proof between two sizes of our tree."""


class Witnesses:
    """The witnesses of one policy, and what each is known to have seen last. One round at a time."""

    def __init__(self, policy: Policy, clock: Clock, make_requests: Callable[[], HttpRequests] = HttpRequests) -> None:
        self.policy = policy
        self._clock = clock
        self._make_requests = make_requests
        self._asked = [(witness, check_address(witness.url)) for witness in policy.witnesses if witness.url]
        self._seen: dict[str, int] = {}

    def cosigned(self, note: str, prove: Prove) -> str:
        """``note`` with the cosignatures that its witnesses give now; those that fail are told of in the log.

        Broken (``ledger_rolled_back``, ``witness_contradicts``) if a witness has seen more of this ledger than
        ``note`` says, or something else.
        """
        checkpoint, parsed = unverified_checkpoint(note)
        lines = list(parsed.signatures)
        contradictions: list[errors.Broken] = []
        with ThreadPoolExecutor(WITNESSES_AT_ONCE, thread_name_prefix="witness") as pool:
            asked = [
                (witness, pool.submit(self._ask, witness, address, checkpoint, note, prove))
                for witness, address in self._asked
            ]
            for witness, answer in asked:
                try:
                    lines += answer.result()
                except errors.Broken as error:
                    contradictions.append(error)
                except (errors.RegistryError, VerificationError) as error:
                    log.error("The witness %s did not cosign size %d: %s", witness.name, checkpoint.size, error)
        if contradictions:
            raise contradictions[0]
        return str(Note(parsed.text, tuple(lines)))

    def enough(self, note: str) -> bool:
        """Whether the cosignatures below ``note`` are those that the policy asks for."""
        return self.policy.holds(cosigners(parse_note(note), self.policy.witness_keys, COSIGNATURE_CHECKS))

    def _ask(
        self, witness: PolicyWitness, address: str, checkpoint: Checkpoint, note: str, prove: Prove
    ) -> list[NoteSignature]:
        with self._make_requests() as requests:
            for _ in range(SIZES_TOLD):
                old = min(self._seen.get(witness.name, 0), checkpoint.size)
                proof = tuple(prove(old, checkpoint.size))
                body = AddCheckpoint(old, proof, note).to_bytes()
                answer = requests.post(f"{address}/add-checkpoint", body, LARGEST_ANSWER)
                if answer.status == HTTPStatus.OK:
                    self._seen[witness.name] = checkpoint.size
                    return self._lines(witness, note, answer)
                if answer.status != HTTPStatus.CONFLICT or answer.media_type != SIZE_MEDIA_TYPE:
                    raise _refusal(witness, checkpoint, answer)
                self._seen[witness.name] = seen = decimal(utf8_text(answer.body).removesuffix("\n"))
                if seen > checkpoint.size:
                    raise Ahead(witness, seen)
        raise Contradiction(f"It named another size {SIZES_TOLD} times.")

    def _lines(self, witness: PolicyWitness, note: str, answer: Answer) -> list[NoteSignature]:
        """The lines of the witness's own key, verified and fresh; what else it sent is passed over."""
        key = witness.key
        with_answer = parse_note(note + utf8_text(answer.body))
        signed = cosigners(with_answer, [key], COSIGNATURE_CHECKS)
        if key not in signed:
            raise Contradiction("Its answer holds no signature of its key.")
        now = self._clock.milliseconds() // 1000
        if abs(signed[key] - now) > CLOCK_DIFFERENCE_SECONDS:
            raise Contradiction(
                f"Its cosignature is of another time than now: one clock is wrong, or the cosignature is replayed "
                f"({signed[key]} and {now} seconds)."
            )
        return [line for line in with_answer.signatures if (line.name, line.key_id) == (key.name, key.key_id)]


class Ahead(errors.Broken):
    """A witness has cosigned a larger tree of this ledger than the one it was asked to cosign: ``size``."""

    def __init__(self, witness: PolicyWitness, size: int) -> None:
        self.size = size
        super().__init__(
            "witness_ahead",
            f"The witness {witness.name} has cosigned {size} entries of this ledger already.",
            hint=f"Restore a backup with at least {size} entries; ask the witness for the checkpoint that it has.",
        )


def _refusal(witness: PolicyWitness, checkpoint: Checkpoint, answer: Answer) -> Exception:
    said = ascii(answer.body[:200].decode("utf-8", "replace"))
    if answer.status == HTTPStatus.UNPROCESSABLE_ENTITY:
        return errors.Broken(
            "witness_contradicts",
            f"The witness {witness.name} has seen another ledger under this name than the one whose checkpoint of "
            f"{checkpoint.size} entries it was sent; it says {said}.",
            hint="Compare with what it has: registry ledger verify --against a copy that it trusts. Append nothing "
            "before the reason is known.",
        )
    return Contradiction(f"It answered {answer.status} {said}.")
