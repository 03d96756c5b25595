// Checkpoints that timestamp authorities stamped: registry/verify/stamped_checkpoint.py.

const RFC3161 = "rfc3161";

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
