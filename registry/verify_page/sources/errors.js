// The one family of errors that malformed or untrue input can raise: registry/verify/errors.py.

class VerificationError extends Error {
  constructor(sentence, { expected = null, found = null } = {}) {
    super(sentence);
    this.expected = shown(expected);
    this.found = shown(found);
  }

  diagnostics() {
    const lines = [this.message];
    if (this.expected !== null) lines.push(`  expected: ${this.expected}`);
    if (this.found !== null) lines.push(`  found:    ${this.found}`);
    return lines.join("\n");
  }
}

class Malformed extends VerificationError {}

class Contradiction extends VerificationError {}

function shown(value) {
  if (value === null || value === undefined) return null;
  return value instanceof Uint8Array ? toHex(value) : String(value);
}
