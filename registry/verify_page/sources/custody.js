// The custody record of an evidence file: registry/verify/custody.py.

const CUSTODY_KEYS = ["v", "time", "by", "action", "tool", "digests", "previous"];
const MOST_LINES = 10_000;

// The number of its lines.
function checkCustodyRecord(record) {
  if (record[record.length - 1] !== 10) {
    throw new Malformed("The custody record has no line, or one without an end.");
  }
  const lines = linesOf(record);
  if (lines.length > MOST_LINES) throw new Malformed(`The custody record has more than ${MOST_LINES} lines.`);
  let previous = new Uint8Array(HASH_BYTES);
  lines.forEach((line, place) => {
    const value = parseJson(line), number = place + 1;
    if (!isObject(value) || !hasKeys(value, CUSTODY_KEYS) || value.get("v") !== 1) {
      throw new Malformed(`Line ${number} of the custody record is not of version 1.`);
    }
    if (!same(hexBytes(value.get("previous"), HASH_BYTES), previous)) {
      throw new Contradiction(`Line ${number} of the custody record does not follow the line before.`, {
        expected: previous,
        found: quoted(value.get("previous")),
      });
    }
    const texts = ["by", "action", "tool"].every((name) => typeof value.get(name) === "string");
    if (typeof value.get("time") !== "number" || value.get("time") < 0 || !texts || !isObject(value.get("digests"))) {
      throw new Malformed(`Line ${number} of the custody record has a value of another type than its form says.`);
    }
    for (const digest of value.get("digests").values()) hexBytes(digest, HASH_BYTES);
    previous = sha256(line, Uint8Array.of(10));
  });
  return lines.length;
}
