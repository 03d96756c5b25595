// Commitments to a private claim and the disclosure of any part of one: registry/verify/commitment.py.

const SALT_BYTES = 32;
const MOST_FIELDS = 1_024;
const LARGEST_FIELD = 1_048_576;
const DEEPEST_VALUE = 16;
const FIELD_DOMAIN = bytesOf("registry/field/v1\n");
const CLAIM_DOMAIN = bytesOf("registry/claim/v1\n");

function byBytes(one, other) {
  const [a, b] = [toHex(one), toHex(other)];
  return a < b ? -1 : a > b ? 1 : 0;
}

function depthOf(value) {
  if (isObject(value)) return 1 + Math.max(0, ...[...value.values()].map(depthOf));
  return Array.isArray(value) ? 1 + Math.max(0, ...value.map(depthOf)) : 0;
}

function fieldContent(name, value) {
  let encoded;
  if (typeof value === "string") encoded = encodeJson(value);
  else {
    encoded = encodeJson([value]).slice(1, -1);
    if (depthOf(value) > DEEPEST_VALUE) {
      throw new Malformed(`The value of ${name} is nested deeper than ${DEEPEST_VALUE} levels.`);
    }
  }
  if (!/^[!-~]{1,128}$/.test(name) || name.endsWith("\n")) {
    throw new Malformed(`${quoted(name)} cannot be the name of a field.`);
  }
  const content = joined(bytesOf("["), encodeJson(name), bytesOf(","), encoded, bytesOf("]"));
  if (content.length > LARGEST_FIELD) {
    throw new Malformed(`The value of ${name} is larger than ${LARGEST_FIELD} bytes.`);
  }
  return content;
}

function fieldDigest(field) {
  return sha256(FIELD_DOMAIN, field.salt, fieldContent(field.name, field.value));
}

function commitment(digests) {
  const ordered = [...digests].sort(byBytes);
  if (ordered.length > MOST_FIELDS) throw new Malformed(`A claim has more than ${MOST_FIELDS} fields.`);
  return sha256(CLAIM_DOMAIN, ...ordered);
}

function verifyDisclosure(disclosure, commit) {
  const found = commitment([...disclosure.fields.map(fieldDigest), ...disclosure.undisclosed]);
  if (!same(found, commit)) {
    throw new Contradiction("The disclosed fields are not the ones that the entry commits to.", {
      expected: commit,
      found,
    });
  }
}

function parseDisclosure(value) {
  if (!isObject(value) || !hasKeys(value, ["disclosed", "undisclosed"])) {
    throw new Malformed("A disclosure has exactly the keys disclosed and undisclosed.");
  }
  const disclosed = value.get("disclosed"), undisclosed = value.get("undisclosed");
  if (!Array.isArray(disclosed) || !Array.isArray(undisclosed)) throw new Malformed("A disclosure holds two lists.");
  if (disclosed.length + undisclosed.length > MOST_FIELDS) {
    throw new Malformed(`A claim has more than ${MOST_FIELDS} fields.`);
  }
  const fields = disclosed.map(parseField), kept = undisclosed.map((item) => hexBytes(item, HASH_BYTES));
  const names = fields.map((field) => field.name);
  if (new Set(names).size !== names.length) throw new Malformed("A disclosure names the same field twice.");
  const inOrder = (list) => list.every((one, place) => place === 0 || list[place - 1] <= one);
  if (!inOrder(names) || !inOrder(undisclosed)) throw new Malformed("A disclosure is sorted by name and by digest.");
  return { fields, undisclosed: kept };
}

function parseField(item) {
  if (!isObject(item) || !hasKeys(item, ["name", "salt", "value"]) || typeof item.get("name") !== "string") {
    throw new Malformed("A disclosed field has exactly the keys name, salt and value.");
  }
  const field = { name: item.get("name"), value: item.get("value"), salt: hexBytes(item.get("salt"), SALT_BYTES) };
  fieldDigest(field);
  return field;
}
