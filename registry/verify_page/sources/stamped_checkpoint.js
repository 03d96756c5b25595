// Checkpoints that timestamp authorities stamped: registry/verify/stamped_checkpoint.py.

const RFC3161 = "rfc3161";
const NOBODY = "Without an intact token there is nobody to look for.";

function checkTimestamps(checks, container, entry, terms) {
  const folders = [...container.members.keys()].filter((path) => path.startsWith(TIMESTAMPS));
  const names = sorted(new Set(folders.map((path) => partition(path.slice(TIMESTAMPS.length), "/")[0])));
  if (names.length > MOST_AUTHORITIES) {
    const error = new Malformed(`The file has timestamps of more than ${MOST_AUTHORITIES} authorities.`);
    checks.fail("timestamps", error);
    return [];
  }
  return names.flatMap((name) =>
    witnessOf(checks, name, terms, () => stampedCheckpoint(container, name, utf8(entry))),
  );
}

function witnessOf(checks, name, terms, check) {
  const found = checks.attempt(`timestamp ${name}`, check);
  if (found === null) {
    checks.skip(`authority ${name}`, NOBODY);
    return [];
  }
  const trust = trustIn(found.timestamp, found.chain, terms, false), { trusted, expired } = trust;
  tellTrust(checks, name, trust);
  return [{ kind: RFC3161, name, bound: NOT_AFTER, time: found.timestamp.latest, trusted, expired }];
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
