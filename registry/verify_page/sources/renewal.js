// The evidence record of an evidence file: registry/verify/renewal.py.

// Answers { witnesses, time }.
function checkEvidenceRecord(checks, container, digests, terms) {
  const nothing = { witnesses: [], time: null }, { members } = container;
  if (!members.has(EVIDENCE_RECORD) && !members.has(RECORD_MANIFEST)) return nothing;
  const chains = checks.attempt("evidence record", () => recordOver(container, digests));
  if (chains === null) return nothing;
  const stamped = chains.flat(), messages = stampedMessages(chains), timestamps = [];
  for (const [place, message] of messages.entries()) {
    const name = `evidence-record-${place + 1}`;
    const timestamp = checks.attempt(`timestamp ${name}`, () => intactTimestamp(stamped[place], message, timestamps));
    if (timestamp === null) {
      checks.skip(`authority ${name}`, NOBODY);
      return nothing;
    }
    timestamps.push(timestamp);
  }
  const trust = [];
  for (const timestamp of [...timestamps].reverse()) {
    trust.unshift(trustIn(timestamp, [], terms, true));
    if (trust[0].trusted) terms = { ...terms, until: timestamp.latest };
  }
  const witnesses = timestamps.map((timestamp, place) => {
    const name = `evidence-record-${place + 1}`, { trusted } = trust[place];
    tellTrust(checks, name, trust[place]);
    return { kind: RFC3161, name, bound: NOT_AFTER, time: timestamp.latest, trusted };
  });
  return { witnesses, time: witnesses.find((one) => one.trusted)?.time ?? null };
}

function recordOver(container, digests) {
  const chains = parseEvidenceRecord(container.read(EVIDENCE_RECORD, LARGEST_RECORD));
  const expected = recordManifest(chains[0][0].digestName, digests);
  if (!same(container.read(RECORD_MANIFEST, Math.max(expected.length, LARGEST_TEXT)), expected)) {
    throw new Contradiction(`${RECORD_MANIFEST} is not the list of the files that the record covers.`);
  }
  for (const [place, [first, ...later]] of chains.entries()) {
    const covered = [...digests].filter(([name]) => isRecorded(name)).map(([, digest]) => digest[first.digestName]);
    const hashes = hashesOf(first.digestName, covered, chains.slice(0, place));
    if (first.hashes.length !== hashes.length || !hashes.every((one, number) => same(one, first.hashes[number]))) {
      throw new Contradiction(
        `Chain ${place + 1} of the record begins with other files than those in here, or other chains before.`,
      );
    }
    if (later.some((one) => one.hashes.length || one.digestName !== first.digestName)) {
      throw new Contradiction(`Chain ${place + 1} of the record goes on with something else than timestamps.`);
    }
  }
  return [`Timestamps over all files in here: ${chains.flat().length}, in chains: ${chains.length}.`, chains];
}

function intactTimestamp(stamped, message, before) {
  const timestamp = Timestamp.parse(stamped.token);
  if (timestamp.digestName !== stamped.digestName) {
    throw new Contradiction("The token holds another digest than the record says.");
  }
  timestamp.checkOf(message);
  timestamp.checkSignature();
  if (before.length && timestamp.time < before[before.length - 1].time) {
    throw new Contradiction("The token is older than the one that it renews.");
  }
  const files = `the digests (${ALGORITHM_NAMES.get(stamped.digestName)}) of all files in here`;
  const over = stamped.hashes.length ? files + (before.length ? " and all before" : "") : "the timestamp before";
  return [`A token over ${over}; signed as it says by the certificate in it.`, timestamp];
}
