// Signed notes and verifier keys (https://c2sp.org/signed-note): registry/verify/note.py.

const ED25519_TYPE = 0x01;
const MOST_SIGNATURES = 100;
const LARGEST_NOTE = 1_000_000;
const KEY_ID_BYTES = 4;
const CONTROL = /[\x00-\x09\x0b-\x1f]/;
const BEFORE_SIGNATURE = "\u2014 ";

function keyId(name, type, publicKey) {
  return sha256(utf8(name), Uint8Array.of(10, type), publicKey).slice(0, KEY_ID_BYTES);
}

function keyText(name, type, publicKey) {
  return `${name}+${toHex(keyId(name, type, publicKey))}+${base64Text(joined(Uint8Array.of(type), publicKey))}`;
}

function parseVerifierKey(text) {
  const [name, , rest] = partition(text, "+"), [itsId, , encoded] = partition(rest, "+");
  checkName(name);
  if (!/^[0-9a-f]{8}$/.test(itsId) || itsId.endsWith("\n") || !encoded) {
    throw new Malformed(`${quoted(text)} is not a verifier key: name+keyid+key.`);
  }
  const content = base64Bytes(encoded), type = content[0], publicKey = content.slice(1);
  if (keyText(name, type, publicKey) !== text) {
    throw new Malformed("The key id in the verifier key does not belong to its name and key.");
  }
  if (type !== ED25519_TYPE) {
    throw new Malformed(`Verifier keys of type ${type.toString(16).padStart(2, "0")} cannot be used here.`);
  }
  if (!Ed25519.isPublicKey(publicKey)) throw new Malformed("The verifier key holds no Ed25519 public key.");
  return { name, publicKey, keyId: keyId(name, type, publicKey) };
}

function noteText(note) {
  const lines = note.signatures.map(
    (line) => `${BEFORE_SIGNATURE}${line.name} ${base64Text(joined(line.keyId, line.signature))}\n`,
  );
  return `${note.text}\n${lines.join("")}`;
}

// The one key that is given here signed, or a Contradiction.
function checkNote(note, key) {
  const message = utf8(note.text);
  const itsOwn = note.signatures.filter((line) => line.name === key.name && same(line.keyId, key.keyId));
  for (const line of itsOwn) {
    if (!Ed25519.verifies(key.publicKey, message, line.signature)) {
      throw new Contradiction(`The signature of ${quoted(key.name)} does not verify.`);
    }
  }
  if (!itsOwn.length) throw new Contradiction("The note bears no signature of a known key.");
}

function parseNote(text) {
  if (text.length > LARGEST_NOTE && [...text].length > LARGEST_NOTE) {
    throw new Malformed(`The note is longer than ${LARGEST_NOTE} characters.`);
  }
  utf8(text);
  if (CONTROL.test(text)) throw new Malformed("The note holds a control character.");
  const place = text.lastIndexOf("\n\n");
  if (place < 0 || !text.endsWith("\n") || place + 2 >= text.length) {
    throw new Malformed("A signed note is a text, an empty line and lines with signatures.");
  }
  const lines = text.slice(place + 2, -1).split("\n");
  if (lines.length > MOST_SIGNATURES) throw new Malformed(`The note has more than ${MOST_SIGNATURES} signatures.`);
  const note = { text: text.slice(0, place) + "\n", signatures: lines.map(parseSignature) };
  if (noteText(note) !== text) throw new Malformed("The note does not reproduce itself.");
  return note;
}

function checkName(name) {
  utf8(name);
  if (!name || name.includes("+") || CONTROL.test(name) || new RegExp(`[${WHITE_SPACE}]`).test(name)) {
    throw new Malformed(`${quoted(name)} cannot be the name of a key.`);
  }
}

function parseSignature(line) {
  if (!line.startsWith(BEFORE_SIGNATURE)) throw new Malformed("A signature line begins with an em dash and a space.");
  const [name, , encoded] = partition(line.slice(BEFORE_SIGNATURE.length), " ");
  checkName(name);
  const content = base64Bytes(encoded);
  if (content.length <= KEY_ID_BYTES) throw new Malformed("A signature line holds a key id and a signature.");
  return { name, keyId: content.slice(0, KEY_ID_BYTES), signature: content.slice(KEY_ID_BYTES) };
}
