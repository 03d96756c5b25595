"""The story of the demo, told with the real verbs: nothing in it is staged but the pictures and the names."""

from dataclasses import dataclass
from pathlib import Path

from registry.cli.check import STYLES
from registry.cli.check_report import CheckReport
from registry.cli.demo.edits import EDITS, INSIDE_OTHERS, MIRRORED, as_png
from registry.cli.demo.offline import Verification, verify_elsewhere
from registry.cli.demo.pictures import Cast, Original, by_creator
from registry.cli.local_backend import LocalBackend
from registry.cli.moments import in_words
from registry.cli.output import Output
from registry.cli.register import finding_in_words
from registry.errors import Broken
from registry.installation import Installation
from registry.ledger.self_check import verify_ledger
from registry.verify import canonical_json
from registry.verify.receipt import Receipt
from registry.works.consistency import check_works
from registry.works.schemas import Registered, parse_claim

STOLEN_TITLE = "My Own Idea"


@dataclass(frozen=True)
class Listing:
    """A marketplace's picture: what was done to which original (None: to none), in words."""

    file: Path
    words: str
    original: Original | None


class Story:
    """Its acts, each a method, to be called in their order. ``folder`` receives what may be looked at afterwards."""

    def __init__(self, installation: Installation, output: Output, cast: Cast, folder: Path) -> None:
        self._installation = installation
        self._backend = LocalBackend(installation)
        self._output = output
        self._cast = cast
        self._folder = folder
        # The last of them, so that its proof has some hashes to show.
        self._hero = by_creator(cast.originals)[cast.originals[0].creator][-1]
        self._answers: dict[Path, Registered] = {}

    def two_designers_register(self) -> None:
        self._heading("1  Two designers register their work")
        for original in self._cast.originals:
            self._answers[original.file] = self._register(original)
        for refusal in self._cast.refused:
            self._output.say(f"Left out: {refusal.message}", style="dim")
        self._output.table(
            ("entry", "title", "creator", "SHA-256 of the file"),
            [
                (answer.index, one.title, one.creator, f"{(answer.sha256 or '')[:16]}...")
                for one in self._cast.originals
                for answer in [self._answers[one.file]]
            ],
            fold=("title", "creator"),
        )
        self._output.say(
            "The ledger is public, the claims are not: an entry holds a claim's fingerprint, which only its owner can "
            "open.",
            style="dim",
        )

    def a_stolen_picture_is_registered(self) -> bool:
        """Whether the registry noticed."""
        thief = next((name for name in by_creator(self._cast.originals) if name != self._hero.creator), "Jonas Vale")
        self._heading(f"2  {thief} registers a picture that is not his")
        file = self._folder / "designs" / "stolen-and-mirrored.png"
        file.write_bytes(MIRRORED.apply(self._hero.picture))
        answer = self._register(Original(file, thief, STOLEN_TITLE, self._hero.picture))
        self._output.say(f'He mirrors "{self._hero.title}" by {self._hero.creator} and calls it "{STOLEN_TITLE}".')
        noticed = [finding for finding in answer.findings if finding.work_id == self._answer.work_id]
        for finding in noticed:
            self._output.panel(
                f"{finding_in_words(finding)}\n"
                f"It stands in the claim of entry {answer.index}, signed over by the ledger, and entry "
                f"{self._answer.index} was there before.",
                title="The registry found at once",
                style="yellow",
            )
        return bool(noticed)

    def a_receipt_in_plain_words(self) -> None:
        self._heading(f"3  What {self._hero.creator} keeps")
        answer = self._answer
        fields = Receipt.parse(self._receipt_file(answer)).disclosure.values()
        size = answer.checkpoint.split("\n")[1]
        self._output.facts(
            {
                "a receipt that says": f'{fields["creator"]} registered "{fields["title"]}"',
                "the file": f"{fields['original_name']}, SHA-256 {str(fields['file_sha256'])[:16]}...",
                "at": f"{in_words(int(answer.entry['time']))}, by this registry's clock",
                "where": f"entry {answer.index} of {self._installation.ledger.origin}",
                "proof": f"{len(answer.inclusion_proof)} hashes to the signed root of the first {size} entries",
            }
        )

    def listings_are_checked(self) -> tuple[int, int]:
        """How many edited copies were caught, of how many; an unrelated picture that matches counts against it."""
        self._heading("4  A moderator checks what a marketplace lists")
        report = CheckReport.begin(self._folder / "evidence")
        rows, caught, stolen = [], 0, 0
        for listing in self._listings():
            content = listing.file.read_bytes()
            answer = self._backend.check(content, listing.file.name)
            report.add(listing.file, answer, self._backend.evidence(answer))
            best = answer.matches[0] if answer.matches else None
            expected = None if listing.original is None else self._answers[listing.original.file].work_id
            right = (best is None) if expected is None else (best is not None and best.work_id == expected)
            stolen += expected is not None
            caught += right if expected is not None else -(best is not None)
            found = "none" if best is None else best.title or best.work_id
            how = "" if best is None else best.transform
            rows.append((listing.words, answer.verdict.value, found, how))
        page = report.finish()
        self._output.table(
            ("the seller", "verdict", "the work", "as the registry sees it"),
            rows,
            fold=("the seller", "the work", "as the registry sees it"),
            styles=[STYLES[row[1]] for row in rows],
        )
        self._output.say(f"Side by side, to look at: {page}")
        return caught, stolen

    def the_ledger_is_verified(self) -> str:
        """Its root."""
        self._heading("5  Anyone may verify the whole ledger")
        here = self._installation
        check = verify_ledger(here.database, here.ledger, here.objects)
        check.errors += check_works(here)
        if not check.ok:
            raise Broken(
                "demo_ledger_broken",
                f"The demo's own ledger does not verify: {check.errors[0].what}",
                hint="Please report this, with the output of this command.",
            )
        self._output.say(
            f"In order: {check.size} entries, every hash, signature, claim and original derived anew.", style="green"
        )
        self._output.facts({"root": check.root})
        return check.root

    def evidence_is_verified_elsewhere(self) -> tuple[Verification, Verification]:
        """The evidence file as it is, and with one letter of it changed."""
        self._heading("6  Years later, without this registry")
        self._output.say("A court has one file, an original and any Python 3.11; no network, nothing installed:")
        original = self._hero.file.read_bytes()
        key = self._installation.ledger.verifier_key
        evidence = b"".join(
            self._backend.evidence_file(self._answer.work_id, None, "all", None, seal=False, certificate=True)
        )
        (self._folder / "receipt.json").write_bytes(self._receipt_file(self._answer))
        genuine = verify_elsewhere(self._folder, "evidence.zip", evidence, original, key)
        self._output.line(f"$ {genuine.command}", style="bold")
        self._tell(genuine)
        # The creator's name, one letter of it: what a forger would change first.
        name = self._hero.creator.encode()
        forged = verify_elsewhere(
            self._folder, "forged.zip", evidence.replace(name, name[:-1] + bytes([name[-1] ^ 1])), original, key
        )
        self._output.say("Somebody changes one letter of the creator's name:")
        self._tell(forged)
        return genuine, forged

    @property
    def _answer(self) -> Registered:
        return self._answers[self._hero.file]

    def _heading(self, text: str) -> None:
        self._output.say()
        self._output.say(text, style="bold cyan")

    def _register(self, original: Original) -> Registered:
        claim = parse_claim({"creator": original.creator, "title": original.title})
        return self._backend.register(original.file.read_bytes(), original.file.name, claim, None)

    def _receipt_file(self, answer: Registered) -> bytes:
        return canonical_json.encode(answer.receipt) + b"\n"

    def _listings(self) -> list[Listing]:
        originals, folder = self._cast.originals, self._folder / "listings"
        untouched = folder / f"1-untouched{self._hero.file.suffix}"
        untouched.write_bytes(self._hero.file.read_bytes())
        listings = [Listing(untouched, "took the file as it is", self._hero)]
        for number, edit in enumerate((*EDITS, *(INSIDE_OTHERS if self._cast.drawn else ())), start=2):
            original = originals[(number - 2) % len(originals)]
            file = folder / f"{number}-{edit.name}.{edit.suffix}"
            file.write_bytes(edit.apply(original.picture))
            listings.append(Listing(file, edit.words, original))
        unrelated = folder / f"{len(listings) + 1}-unrelated.png"
        unrelated.write_bytes(as_png(self._cast.unrelated))
        return [*listings, Listing(unrelated, "drew something else", None)]

    def _tell(self, verification: Verification) -> None:
        self._output.say(verification.summary, style="green" if verification.proven else "red")
