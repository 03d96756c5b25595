// Timestamps over checkpoints and over the whole file: registry/verify/stamped_checkpoint.py and asic.py.

const RFC3161 = "rfc3161";
const TIMESTAMPS = "data/anchors/rfc3161/";
const TOKEN = "token.tst", CHAIN = "chain.pem", STAMPED = "checkpoint.txt", STAMPED_PROOF = "entry.tlog-proof";
const LARGEST_TOKEN = 1_048_576;
const MOST_AUTHORITIES = 20;
const META = "META-INF/";
const NAMESPACES =
  'xmlns:asic="http://uri.etsi.org/02918/v1.2.1#" xmlns:ds="http://www.w3.org/2000/09/xmldsig#"';

function checkTimestamps(checks, container, entry, roots) {
  const folders = [...container.members.keys()].filter((path) => path.startsWith(TIMESTAMPS));
  const names = sorted(new Set(folders.map((path) => partition(path.slice(TIMESTAMPS.length), "/")[0])));
  if (names.length > MOST_AUTHORITIES) {
    const error = new Malformed(`The file has timestamps of more than ${MOST_AUTHORITIES} authorities.`);
    checks.fail("timestamps", error);
    return [];
  }
  return names.flatMap((name) =>
    witnessOf(checks, name, roots, () => stampedCheckpoint(container, name, utf8(entry))),
  );
}

function witnessOf(checks, name, roots, check) {
  const found = checks.attempt(`timestamp ${name}`, check);
  if (found === null) {
    checks.skip(`authority ${name}`, "Without an intact token there is nobody to look for.");
    return [];
  }
  const trusted = checkAuthority(checks, name, found.timestamp, found.chain, roots);
  return [{ kind: RFC3161, name, bound: NOT_AFTER, time: found.timestamp.latest, trusted }];
}

function stampedCheckpoint(container, name, entry) {
  if (!/^[a-z0-9][a-z0-9.-]{0,62}$/.test(name)) throw new Malformed(`${quoted(name)} cannot be the name of an authority.`);
  const folder = `${TIMESTAMPS}${name}/`;
  const timestamp = Timestamp.parse(container.read(folder + TOKEN, LARGEST_TOKEN));
  const text = container.read(folder + STAMPED, LARGEST_NOTE);
  timestamp.checkOf(text);
  const chain = parseCertificates(container.read(folder + CHAIN, LARGEST_TOKEN));
  timestamp.checkSignature(chain);
  const proof = parseTlogProof(utf8Text(container.read(folder + STAMPED_PROOF, LARGEST_NOTE)));
  const note = parseNote(proof.checkpoint), checkpoint = parseCheckpoint(note.text);
  if (!same(utf8(note.text), text)) throw new Contradiction(`${STAMPED} is not the checkpoint of ${STAMPED_PROOF}.`);
  verifyInclusion(leafHash(entry), proof.index, checkpoint.size, proof.hashes, checkpoint.root);
  return [
    `A token over the first ${checkpoint.size} entries of ${checkpoint.origin}, this one among them; signed as it ` +
      "says by the certificate in it.",
    { timestamp, chain },
  ];
}

function checkAuthority(checks, name, timestamp, chain, roots) {
  const label = `authority ${name}`;
  if (roots === null) {
    checks.skip(label, "No root was given (--tsa-root): anyone can make an authority of this name.");
    return false;
  }
  let path;
  try {
    path = timestamp.path(chain, roots);
  } catch (error) {
    if (!(error instanceof VerificationError)) throw error;
    checks.fail(label, error);
    return false;
  }
  if (path === null) {
    checks.skip(label, "Its certificates lead to none of the roots that were given.");
    return false;
  }
  const found = `Its certificate leads to a root that was given, over ${path.length} certificates.`;
  checks.attempt(label, () => [found, true]);
  return true;
}

function containerManifest(number, digests) {
  const listed = sorted(digests.keys()).filter(
    (name) => name !== MIMETYPE_NAME && name !== TAGS_SHA256 && !name.startsWith(META),
  );
  const references = listed.map(
    (name) =>
      `  <asic:DataObjectReference URI="${name}">\n` +
      '    <ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/>\n' +
      `    <ds:DigestValue>${base64Text(digests.get(name).sha256)}</ds:DigestValue>\n` +
      "  </asic:DataObjectReference>\n",
  );
  return bytesOf(
    '<?xml version="1.0" encoding="UTF-8"?>\n' +
      `<asic:ASiCManifest ${NAMESPACES}>\n` +
      `  <asic:SigReference URI="${META}timestamp${number}.tst" MimeType="application/vnd.etsi.timestamp-token"/>\n` +
      references.join("") +
      "</asic:ASiCManifest>\n",
  );
}

function checkContainerTimestamps(checks, container, digests, roots) {
  const numbers = Array.from({ length: 1000 }, (_, number) => String(number).padStart(3, "0")).filter(
    (number) =>
      container.members.has(`${META}ASiCManifest${number}.xml`) || container.members.has(`${META}timestamp${number}.tst`),
  );
  if (numbers.length > MOST_AUTHORITIES) {
    const error = new Malformed(`There are more than ${MOST_AUTHORITIES} timestamps over the whole file.`);
    checks.fail("timestamps", error);
    return [];
  }
  return numbers.flatMap((number) =>
    witnessOf(checks, `whole-file-${number}`, roots, () => stampedContainer(container, digests, number)),
  );
}

function stampedContainer(container, digests, number) {
  const expected = containerManifest(number, digests), name = `${META}ASiCManifest${number}.xml`;
  if (!same(container.read(name, Math.max(expected.length, LARGEST_TEXT)), expected)) {
    throw new Contradiction(`${name} is not the list of the files in here.`);
  }
  const timestamp = Timestamp.parse(container.read(`${META}timestamp${number}.tst`, LARGEST_TOKEN));
  timestamp.checkOf(expected);
  timestamp.checkSignature();
  return [
    "A token over the list of all files in here; signed as it says by the certificate in it.",
    { timestamp, chain: [] },
  ];
}
