// Evidence records (RFC 4998): registry/verify/evidence_record.py.

const RECORD_DIGESTS = new Map([
  ["sha256", "2.16.840.1.101.3.4.2.1"],
  ["sha512", "2.16.840.1.101.3.4.2.3"],
]);
const LARGEST_RECORD = LARGEST_DER;
const MOST_TIMESTAMPS = 50;
const RECORD_ALGORITHMS = new Map([
  ["sha256", encodeDer(OBJECT_IDENTIFIER, fromHex("608648016503040201"))],
  ["sha512", encodeDer(OBJECT_IDENTIFIER, fromHex("608648016503040203"))],
]);

// Answers the chains: lists of { digestName, hashes, token }.
function parseEvidenceRecord(encoded) {
  const fields = parseDer(encoded).children(SEQUENCE);
  const listed = fields.length ? fields[fields.length - 1].children(SEQUENCE) : [];
  const chains = listed.map((chain) => chain.children(SEQUENCE).map(parseArchiveTimestamp));
  if (!chains.length || !chains.every((chain) => chain.length)) {
    throw new Malformed("The record has no timestamp, or a chain without one.");
  }
  if (chains.flat().length > MOST_TIMESTAMPS) {
    throw new Malformed(`The record has more than ${MOST_TIMESTAMPS} timestamps.`);
  }
  const names = [...new Set(chains.flat().map((one) => one.digestName))];
  const algorithms = names.map((name) => encodeDer(SEQUENCE, RECORD_ALGORITHMS.get(name)));
  const version = Uint8Array.of(INTEGER, 1, 1);
  if (!same(encodeDer(SEQUENCE, version, encodeDer(SEQUENCE, ...algorithms), encodedChains(chains)), encoded)) {
    throw new Malformed("The record does not reproduce itself.");
  }
  return chains;
}

function parseArchiveTimestamp(element) {
  const fields = element.children(SEQUENCE);
  if (fields.length !== 2 && fields.length !== 3) {
    throw new Malformed("A timestamp of the record has other fields than are known here.");
  }
  const [identifier] = algorithmOf(new Element(SEQUENCE, fields[0].content, null));
  const found = [...RECORD_DIGESTS].find(([, known]) => known === identifier);
  if (found === undefined) {
    throw new Malformed("A timestamp of the record uses a digest that is not known here, or too weak.");
  }
  const hashes = fields.length === 3 ? fields[1].onlyChild().children(SEQUENCE) : [];
  return { digestName: found[0], hashes: hashes.map((one) => one.octets()), token: fields[fields.length - 1].encoded };
}

function encodedChains(chains) {
  return encodeDer(
    SEQUENCE,
    ...chains.map((chain) => encodeDer(SEQUENCE, ...chain.map(encodedArchiveTimestamp))),
  );
}

function encodedArchiveTimestamp({ digestName, hashes, token }) {
  const parts = [encodeDer(contextTag(0), RECORD_ALGORITHMS.get(digestName))];
  if (hashes.length) {
    const listed = hashes.map((one) => encodeDer(OCTET_STRING, one));
    parts.push(encodeDer(contextTag(2), encodeDer(SEQUENCE, ...listed)));
  }
  return encodeDer(SEQUENCE, ...parts, token);
}

function hashesOf(digestName, digests, earlier) {
  if (earlier.length) {
    const before = digestOf(digestName, encodedChains(earlier));
    digests = digests.map((digest) => digestOf(digestName, digest, before));
  }
  return sorted(new Set(digests.map(toHex))).map(fromHex);
}

function stampedMessages(chains) {
  return chains.flatMap((chain) =>
    chain.map((one, number) => (number === 0 ? joined(...one.hashes) : chain[number - 1].token)),
  );
}
