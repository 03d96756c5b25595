// Receipts, and the checks that evidence files share with them: registry/verify/receipt.py.

const RECEIPT_VERSION = "registry/receipt/v1";
const LARGEST_RECEIPT = 16_777_216;
const FILE_DIGEST_FIELD = "file_sha256";
const NOTHING_SHOWN = { entry: null, disclosed: null, checkpoint: null };
const NOT_PROVEN_BY_A_LEDGER = [
  "Authorship: a ledger shows what was registered and in which order, never who made it.",
  "What came later: whether the entry was amended, transferred, withdrawn or erased by a later one.",
  "That everybody is shown this same ledger: that takes witnesses, and none has signed here.",
];
const WHOSE_KEY = "Whose key it is: the key was taken from the file itself, and anyone can make a key.";
const OPERATORS_TIME = "The time: it is the operator's statement, and no trusted witness of it is in this file.";

function parseReceipt(content) {
  if (content.length > LARGEST_RECEIPT) throw new Malformed(`The file is larger than ${LARGEST_RECEIPT} bytes.`);
  if (content[content.length - 1] !== 10) {
    throw new Malformed("The file is no receipt: it does not end in a line feed.");
  }
  const value = parseJson(content.slice(0, -1));
  const keys = ["v", "entry", "disclosure", "tlog_proof", "verifier_key"];
  if (!isObject(value) || !hasKeys(value, keys) || value.get("v") !== RECEIPT_VERSION) {
    throw new Malformed(`The file is no receipt of the form ${RECEIPT_VERSION}.`);
  }
  const text = (name) => {
    if (typeof value.get(name) !== "string") throw new Malformed("Entry, proof and key of a receipt are texts.");
    return value.get(name);
  };
  return {
    entry: text("entry"),
    disclosure: parseDisclosure(value.get("disclosure")),
    tlogProof: text("tlog_proof"),
    verifierKey: text("verifier_key"),
  };
}

function verifyReceipt(content, { workSha256, verifierKey, reading }) {
  const checks = new Checks();
  const receipt = checks.attempt("receipt", () => {
    const parsed = parseReceipt(content);
    return [`A receipt of the form ${RECEIPT_VERSION}.`, parsed];
  });
  if (receipt === null) return receiptReport(checks, null, NOTHING_SHOWN, verifierKey);
  const registration = checkRegistration(checks, receipt, verifierKey);
  if (workSha256 === null) checks.skip("original", "No original file was given.");
  else checkOriginal(checks, "original", registration, workSha256);
  checkAlgorithms(checks, reading, null);
  return receiptReport(checks, receipt, registration, verifierKey);
}

function checkRegistration(checks, receipt, verifierKey) {
  const entry = checks.attempt("entry", () => {
    const parsed = parseEntry(utf8(receipt.entry));
    return [`Entry ${parsed.index}, kind ${parsed.kind}, in its one canonical form.`, parsed];
  });
  let disclosed = null;
  if (entry === null) checks.skip("disclosure", "Without a valid entry there is nothing to compare it with.");
  else {
    disclosed = checks.attempt("disclosure", () => {
      const { fields, undisclosed } = receipt.disclosure;
      verifyDisclosure(receipt.disclosure, entry.commit);
      const found = new Map(fields.map((field) => [field.name, field.value]));
      return [
        `The entry commits to these ${fields.length} fields and to ${undisclosed.length} more that are not shown.`,
        found,
      ];
    });
  }
  const key = checks.attempt("key", () => ledgerKey(receipt, verifierKey));
  const proof = checks.attempt("proof", () => {
    const parsed = parseTlogProof(receipt.tlogProof);
    if (entry !== null && parsed.index !== BigInt(entry.index)) {
      throw new Contradiction("The proof is one of another entry.", { expected: entry.index, found: parsed.index });
    }
    return ["A proof of the form c2sp.org/tlog-proof@v1.", parsed];
  });
  let checkpoint = null;
  if (key === null || proof === null) {
    checks.skip("checkpoint", "Without a valid key and proof there is no signature to check.");
  } else {
    checkpoint = checks.attempt("checkpoint", () => {
      const opened = openCheckpoint(proof.checkpoint, key);
      return [`${opened.origin} signed the root of its first ${opened.size} entries.`, opened];
    });
  }
  if (entry === null || proof === null || checkpoint === null) {
    checks.skip("inclusion", "Without a valid entry, proof and checkpoint there is nothing to compare.");
    checkpoint = null;
  } else {
    checks.attempt("inclusion", () => {
      verifyInclusion(leafHash(utf8(receipt.entry)), proof.index, checkpoint.size, proof.hashes, checkpoint.root);
      return [`The entry stands at index ${proof.index} below that root.`, true];
    });
  }
  if (verifierKey === null) {
    checks.skip("trusted key", "None was given: compare the key in the file with the one that is published.");
  }
  return { entry, disclosed, checkpoint };
}

function ledgerKey(receipt, given) {
  if (given === null) {
    const key = parseVerifierKey(receipt.verifierKey);
    return [`A well-formed key of ${key.name}, taken from the file itself.`, key];
  }
  const key = parseVerifierKey(given);
  if (receipt.verifierKey !== given) {
    throw new Contradiction("The file names another key.", { expected: given, found: quoted(receipt.verifierKey) });
  }
  return [`The key of ${key.name} that was given.`, key];
}

function checkOriginal(checks, name, { disclosed }, digest) {
  if (disclosed === null) {
    checks.skip(name, "Without a valid disclosure there is nothing to compare it with.");
    return;
  }
  checks.attempt(name, () => {
    if (!disclosed.has(FILE_DIGEST_FIELD)) {
      throw new Contradiction(`The file does not disclose ${FILE_DIGEST_FIELD}, so no original can be compared.`);
    }
    const registered = hexBytes(disclosed.get(FILE_DIGEST_FIELD), HASH_BYTES);
    if (!same(digest, registered)) {
      throw new Contradiction("The original is not the registered file.", { expected: registered, found: digest });
    }
    return [`The original is the registered file, SHA-256 ${toHex(digest)}.`, true];
  });
}

function receiptReport(checks, receipt, { entry, disclosed }, givenKey) {
  const notProven = [OPERATORS_TIME, ...NOT_PROVEN_BY_A_LEDGER];
  if (givenKey === null && receipt !== null) notProven.unshift(WHOSE_KEY);
  const failed = checks.firstFailed;
  const signed = givenKey !== null ? "the key that was given" : "the key that the receipt itself brings along";
  return reportJson({
    summary: failed
      ? `this file does not prove what it claims (${failed.name}: ${failed.detail})`
      : `entry ${entry.index} is in the ledger as this receipt says, signed with ${signed}.`,
    checks,
    notProven,
    disclosed: disclosed ?? new Map(),
    claimedTime: entry === null ? null : rfc3339(BigInt(entry.time)),
  });
}
