// The ledger entry, version 1: registry/verify/entry.py.

const ENTRY_VERSION = 1;
const LARGEST_ENTRY = 65_535;
const KINDS = ["register", "amend", "transfer", "withdraw", "erase", "capture", "decide", "anchor", "key"];
const ENTRY_KEYS = ["commit", "index", "kind", "prev", "subject", "time", "v"];

function parseEntry(encoded) {
  if (encoded.length > LARGEST_ENTRY) {
    throw new Malformed(`The entry has ${encoded.length} bytes, more than ${LARGEST_ENTRY}.`);
  }
  const value = parseJson(encoded);
  if (!isObject(value) || !hasKeys(value, ENTRY_KEYS)) {
    throw new Malformed(`An entry has exactly the keys ${ENTRY_KEYS.join(", ")}.`);
  }
  if (value.get("v") !== ENTRY_VERSION) throw new Malformed(`Entry version ${quoted(value.get("v"))} is not known here.`);
  const kind = value.get("kind"), subject = value.get("subject");
  if (typeof kind !== "string" || !KINDS.includes(kind)) {
    throw new Malformed(`Entry kind ${quoted(kind)} is not known here.`);
  }
  if (typeof subject !== "string" || !/^[A-Za-z0-9_-]{1,64}$/.test(subject) || subject.endsWith("\n")) {
    throw new Malformed(`The subject ${quoted(subject)} is not an opaque identifier.`);
  }
  return {
    index: natural(value.get("index"), "index"),
    kind,
    time: natural(value.get("time"), "time"),
    previous: hexBytes(value.get("prev"), HASH_BYTES),
    subject,
    commit: hexBytes(value.get("commit"), HASH_BYTES),
  };
}

function natural(value, name) {
  if (typeof value !== "number" || value < 0) {
    throw new Malformed(`The entry's ${name} is not a whole number from 0.`);
  }
  return value;
}
