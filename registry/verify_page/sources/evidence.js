// Verification of an evidence file: registry/verify/evidence.py.

const TIME_WITHIN_THE_BOUND =
  "The exact time: shown is only that the entry was there when the first trusted witness saw it, and was not where a " +
  "trusted witness bounds it from below; what the operator says of the time between is its statement.";
const OPERATORS_CLOCK =
  "The operator's clock: its time in the entry is later than the time at which a trusted witness had seen the entry.";
const ENTRY_BEFORE_ITS_TIME =
  "The operator's clock: its time in the entry is earlier than the time at which a trusted witness shows that it was " +
  "not there yet.";
const TEST_NETWORK = "What an anchor in a test network is worth: nobody loses anything who rewrites one.";
const REVOCATION = "Whether an authority's certificate was revoked: that takes lists from the network.";
const EXPIRED =
  "That these timestamps are as old as they say: a certificate of each expired, and nothing that holds renewed the " +
  "timestamp before. From then on that rests on nobody having got hold of the authority's key: ";
const WHAT_THE_MAKER_SAYS =
  "What the readme, the report, the custody record, the bag's information and a contract's source say, and what the " +
  "verifier in the file does: the manifests show that they are whole, and whoever wrote the file wrote them.";

function verifyEvidence(content, given) {
  const checks = new Checks();
  const found = { registration: NOTHING_SHOWN, unlisted: [], unknown: [], witnesses: [] };
  const container = checks.attempt("container", () => {
    const opened = new Container(content);
    return [`${opened.members.size} files, and not a byte before, between or behind them.`, opened];
  });
  if (container !== null) checkContents(checks, found, container, given);
  return evidenceReport(checks, found, given.verifierKey);
}

function checkContents(checks, found, container, given) {
  const { workSha256, verifierKey, authorityRoots, knownBlocks, reading } = given;
  const digests = digestsOf(checks, container);
  found.unlisted = checkManifests(checks, container, digests);
  found.unknown = [...container.members.keys()].filter(
    (name) => !isKnown(name) && !found.unlisted.includes(name),
  );
  checks.attempt("form", () => checkForm(container));
  const receipt = checks.attempt("files of the entry", () => filesOfTheEntry(container));
  if (receipt === null) {
    checks.skip("entry", "Without its files there is nothing to check.");
    return;
  }
  const registration = checkRegistration(checks, receipt, verifierKey);
  found.registration = registration;
  checks.attempt("subject", () => checkSubject(container, registration));
  const inside = [...digests.keys()].filter((path) => path.startsWith(WORK_FOLDER));
  for (const path of inside) checkOriginal(checks, `original ${path}`, registration, digests.get(path).sha256);
  if (workSha256 !== null) checkOriginal(checks, "original", registration, workSha256);
  else if (!inside.length) checks.skip("original", "None is in the file, and none was given.");
  checks.attempt("custody record", () => {
    const lines = checkCustodyRecord(container.read(CUSTODY, LARGEST_RECEIPT));
    return [`${lines} lines, each linked to the one before; the operator states them.`, true];
  });
  let terms = { roots: authorityRoots, reading, until: reading.at };
  const renewal = checkEvidenceRecord(checks, container, digests, terms);
  const held = checkAlgorithms(checks, reading, renewal.time);
  if (renewal.time !== null) terms = { ...terms, until: renewal.time };
  const seen = [
    ...checkTimestamps(checks, container, receipt.entry, terms),
    ...checkContainerTimestamps(checks, container, digests, terms),
    ...heldChains(checks, checkChains(checks, container, receipt.entry, knownBlocks), terms),
    ...checkBitcoin(checks, container, receipt.entry, knownBlocks),
  ];
  found.witnesses = [...seen.map((one) => ({ ...one, trusted: one.trusted && held })), ...renewal.witnesses];
  checkInterval(checks, found.witnesses);
}

function checkChains(checks, container, entry, knownBlocks) {
  let chains;
  try {
    chains = chainsIn(container);
  } catch (error) {
    if (!(error instanceof VerificationError)) throw error;
    checks.fail("anchors", error);
    return [];
  }
  return chains.flatMap((chainId) => [
    ...checkAnchor(checks, container, chainId, entry, knownBlocks),
    ...checkPinnedBlock(checks, container, chainId, entry, knownBlocks),
  ]);
}

function heldChains(checks, witnesses, { reading, until }) {
  const broken = witnesses.length ? firstDistrusted(reading, OF_CHAINS, until) : null;
  if (broken === null) return witnesses;
  checks.skip("chains", `${UNPROVEN}: ${broken}, and nothing that holds renewed this file before.`);
  return witnesses.map((one) => ({ ...one, trusted: false }));
}

function checkForm(container) {
  if (!same(container.read(DECLARATION_NAME, DECLARATION.length), DECLARATION)) {
    throw new Malformed(`${DECLARATION_NAME} does not declare a bag of BagIt 1.0.`);
  }
  const labels = parseInformation(container.read(INFO_NAME, LARGEST_TEXT));
  if (labels.get(VERSION_LABEL) !== EVIDENCE_VERSION) {
    throw new Malformed(`${INFO_NAME} does not name the form ${EVIDENCE_VERSION}, which alone is known here.`);
  }
  const listed = parseManifest(container.read(PAYLOAD_SHA256, LARGEST_TEXT), 32);
  const oxum = payloadOxum([...container.members.values()].filter((member) => listed.has(member.name)));
  if (labels.get(OXUM_LABEL) !== oxum) {
    throw new Contradiction(`${INFO_NAME} tells another size of the payload.`, {
      expected: labels.get(OXUM_LABEL),
      found: oxum,
    });
  }
  return [`An evidence file of the form ${EVIDENCE_VERSION}.`, true];
}

function filesOfTheEntry(container) {
  const entry = utf8Text(container.read(ENTRY, LARGEST_RECEIPT));
  const disclosure = container.read(DISCLOSURE, LARGEST_RECEIPT);
  if (disclosure[disclosure.length - 1] !== 10) throw new Malformed(`${DISCLOSURE} does not end in a line feed.`);
  const key = utf8Text(container.read(VERIFIER_KEY, LARGEST_RECEIPT));
  if (!key.endsWith("\n")) throw new Malformed(`${VERIFIER_KEY} does not end in a line feed.`);
  return [
    "Entry, disclosure, proof and key are there.",
    {
      entry,
      disclosure: parseDisclosure(parseJson(disclosure.slice(0, -1))),
      tlogProof: utf8Text(container.read(PROOF, LARGEST_NOTE)),
      verifierKey: key.slice(0, -1),
    },
  ];
}

function checkSubject(container, { entry }) {
  if (entry === null) throw new Malformed("Without a valid entry there is no subject to compare.");
  const labels = parseInformation(container.read(INFO_NAME, LARGEST_TEXT));
  if (labels.get(SUBJECT_LABEL) !== entry.subject) {
    throw new Contradiction(`${INFO_NAME} names another work than the entry.`, {
      expected: entry.subject,
      found: labels.get(SUBJECT_LABEL),
    });
  }
  return [`The file is about ${entry.subject}, as the entry is.`, true];
}

function evidenceReport(checks, { registration, unlisted, unknown, witnesses }, givenKey) {
  const { entry, disclosed } = registration, failed = checks.firstFailed, seen = timesBy(witnesses, NOT_AFTER);
  const notProven = [];
  if (unlisted.length) notProven.push(`What these files say, which no manifest lists: ${unlisted.join(", ")}.`);
  if (unknown.length) notProven.push(`What these files say, which are none of this form: ${unknown.join(", ")}.`);
  if (givenKey === null) notProven.push(WHOSE_KEY);
  notProven.push(seen.length ? TIME_WITHIN_THE_BOUND : OPERATORS_TIME);
  if (entry !== null && seen.some((time) => BigInt(entry.time) > time)) notProven.push(OPERATORS_CLOCK);
  if (entry !== null && timesBy(witnesses, NOT_BEFORE).some((time) => BigInt(entry.time) < time)) {
    notProven.push(ENTRY_BEFORE_ITS_TIME);
  }
  notProven.push(...NOT_PROVEN_BY_A_LEDGER);
  if (witnesses.some((one) => isOfEthereumTestNetwork(one) || isOfBitcoinTestNetwork(one))) notProven.push(TEST_NETWORK);
  if (witnesses.some((one) => one.kind === RFC3161)) notProven.push(REVOCATION);
  const expired = witnesses.filter((one) => one.expired != null).map((one) => `${one.name} (${rfc3339(one.expired)})`);
  if (expired.length) notProven.push(`${EXPIRED}${expired.join(", ")}.`);
  notProven.push(WHAT_THE_MAKER_SAYS);
  const signed = givenKey !== null ? "the key that was given" : "the key that the file itself brings along";
  const extra = unlisted.length ? `; ${unlisted.length} of its files are ${UNPROVEN}` : "";
  return reportJson({
    summary: failed
      ? `this file does not prove what it claims (${failed.name}: ${failed.detail})`
      : `entry ${entry.index} is in the ledger as this file says, signed with ${signed}${extra}.`,
    checks,
    notProven,
    disclosed: disclosed ?? new Map(),
    claimedTime: entry === null ? null : rfc3339(BigInt(entry.time)),
    witnesses,
  });
}
