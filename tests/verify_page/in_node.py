"""The page's script in a Node process, asked for report after report."""

import base64
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from registry.verify_page.page import script

_LOOP = """
const lines = require("readline").createInterface({ input: process.stdin });
const bytes = (text) => (text === null ? null : new Uint8Array(Buffer.from(text, "base64")));
lines.on("line", (line) => {
  const { content, work, key, roots, blocks, at, distrusted } = JSON.parse(line);
  const options = { workSha256: bytes(work), verifierKey: key, authorityRoots: null, knownBlocks: null };
  options.reading = parseReading(at, distrusted);
  if (roots !== null) options.authorityRoots = roots.map((one) => parseCertificate(bytes(one)));
  if (blocks !== null) options.knownBlocks = blocks.map(parseKnownBlock);
  let answer;
  try {
    answer = verifyFile(bytes(content), options);
  } catch (error) {
    answer = { crashed: String(error.stack) };
  }
  const english = (answer.checks ?? []).flatMap(({ name, detail }) => [
    ...(nameInChinese(name) === null ? [name] : []),
    ...(inChinese(detail) === null ? [detail] : []),
  ]);
  english.push(...(answer.not_proven ?? []).filter((one) => inChinese(one) === null));
  console.log(JSON.stringify({ answer, english }));
});
"""


class NodeVerifier:
    """Answers with the page's reports, each of whose names and sentences has to have Chinese words."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def report(
        self,
        content: bytes,
        *,
        work_sha256: bytes | None = None,
        verifier_key: str | None = None,
        roots: list[bytes] | None = None,
        blocks: list[str] | None = None,
        at: str | None = None,
        distrusted: Sequence[str] = (),
    ) -> dict[str, Any]:
        """Of ``content``; ``roots`` are certificates in DER, the others as a person writes them."""
        asked = {
            "content": _base64(content),
            "work": None if work_sha256 is None else _base64(work_sha256),
            "key": verifier_key,
            "roots": None if roots is None else [_base64(one) for one in roots],
            "blocks": blocks,
            "at": at,
            "distrusted": list(distrusted),
        }
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(asked) + "\n")
        self._process.stdin.flush()
        told: dict[str, Any] = json.loads(self._process.stdout.readline())
        answer: dict[str, Any] = told["answer"]
        assert "crashed" not in answer, answer["crashed"]
        assert told["english"] == [], "these have no Chinese words"
        return answer


@contextmanager
def node_verifier() -> Iterator[NodeVerifier]:
    """One, for as long as the block lasts."""
    node = Path(sys.executable).with_name("node")
    program = script().removesuffix("}\n") + _LOOP + "}\n"
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "verifier.js"
        file.write_text(program, encoding="utf-8")  # too long for an argument
        with subprocess.Popen(
            [node, file], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
        ) as process:
            yield NodeVerifier(process)  # then its input ends, and it with that


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode("ascii")
