// Proof files (https://c2sp.org/tlog-proof): registry/verify/tlog_proof.py.

const PROOF_HEADER = "c2sp.org/tlog-proof@v1";
const MOST_HASHES = 63;

function proofText(proof) {
  const lines = [PROOF_HEADER];
  if (proof.extra !== null) lines.push(`extra ${base64Text(proof.extra)}`);
  lines.push(`index ${proof.index}`, ...proof.hashes.map(base64Text), "", proof.checkpoint);
  return lines.join("\n");
}

function parseTlogProof(text) {
  const [head, separator, checkpoint] = partition(text, "\n\n"), lines = head.split("\n");
  if (!separator || lines.shift() !== PROOF_HEADER) {
    throw new Malformed(`A proof file begins with ${PROOF_HEADER} and ends with a checkpoint.`);
  }
  let extra = null;
  if (lines.length && lines[0].startsWith("extra ")) {
    extra = base64Bytes(lines.shift().slice(6));
    if (!extra.length) throw new Malformed("A proof file without extra data has no extra line.");
  }
  if (!lines.length || !lines[0].startsWith("index ")) {
    throw new Malformed("A proof file names the index of its leaf.");
  }
  const index = decimal(lines.shift().slice(6));
  if (lines.length > MOST_HASHES) throw new Malformed(`A proof file has at most ${MOST_HASHES} hashes.`);
  parseCheckpoint(parseNote(checkpoint).text);
  const proof = { index, hashes: lines.map(base64Hash), checkpoint, extra };
  if (proofText(proof) !== text) throw new Malformed("The proof file does not reproduce itself.");
  return proof;
}
