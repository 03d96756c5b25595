// Checkpoints (https://c2sp.org/tlog-checkpoint): registry/verify/checkpoint.py.

function parseCheckpoint(text) {
  const lines = text.split("\n");
  if (lines.length < 4 || lines.pop()) {
    throw new Malformed("A checkpoint has at least three lines: origin, size and root.");
  }
  if (lines.length > 3) throw new Malformed("A checkpoint has exactly three lines: origin, size and root.");
  if (!lines.every(Boolean)) throw new Malformed("A checkpoint has no empty line.");
  checkName(lines[0]);
  return { origin: lines[0], size: decimal(lines[1]), root: base64Hash(lines[2]) };
}

function openCheckpoint(signed, key) {
  const note = parseNote(signed);
  checkNote(note, key);
  const checkpoint = parseCheckpoint(note.text);
  if (checkpoint.origin !== key.name) {
    throw new Contradiction("The checkpoint is one of another log than its key.", {
      expected: key.name,
      found: checkpoint.origin,
    });
  }
  return checkpoint;
}
