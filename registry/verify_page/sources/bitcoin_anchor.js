// A checkpoint below a block of Bitcoin: registry/verify/bitcoin_anchor.py.

const OPENTIMESTAMPS = "opentimestamps";
const BITCOIN_TEST_NETWORK = "bitcoin-test";
const BITCOIN_TIME_SECONDS = 7_200n;

// A witness for a header that the proof leads to, in an array.
function checkBitcoin(checks, container, entry, knownBlocks) {
  if (![...container.members.keys()].some((path) => path.startsWith(BITCOIN_FOLDER))) return [];
  const name = "bitcoin", led = checks.attempt(`anchor ${name}`, () => ledToBlocks(container, utf8(entry)));
  if (led === null) {
    checks.skip(`chain ${name}`, "Without an intact proof there is no block to look for.");
    return [];
  }
  led.others.forEach((one, place) => checks.skip(`attestation ${place + 1}`, whyNot(one)));
  if (!led.blocks.length) {
    checks.skip(`chain ${name}`, "The proof leads to no block of Bitcoin yet.");
    return [];
  }
  if (!container.members.has(BITCOIN_FOLDER + BITCOIN_HEADER)) {
    const { height, root } = led.blocks[0], shown = toHex(root.slice().reverse());
    checks.skip(
      `chain ${name}`,
      `The header of block ${height} is not in the file: look up whether its Merkle root is ${shown}.`,
    );
    return [];
  }
  const found = checks.attempt(`block ${name}`, () => bitcoinHeaderIn(container, led.blocks));
  if (found === null) {
    checks.skip(`chain ${name}`, "Without an intact header there is no block to look for.");
    return [];
  }
  const { header } = found, trusted = isKnownToBe(checks, `chain ${name}`, found, knownBlocks);
  const time = (header.time + BITCOIN_TIME_SECONDS) * 1000n;
  return [
    { kind: OPENTIMESTAMPS, name: header.canBeOfBitcoin ? name : BITCOIN_TEST_NETWORK, bound: NOT_AFTER, time, trusted },
  ];
}

function isOfBitcoinTestNetwork(witness) {
  return witness.kind === OPENTIMESTAMPS && witness.name === BITCOIN_TEST_NETWORK;
}

function ledToBlocks(container, entry) {
  const proof = parseOpenTimestamps(container.read(BITCOIN_FOLDER + OPENTIMESTAMPS_PROOF, LARGEST_OTS));
  const text = container.read(BITCOIN_FOLDER + STAMPED, LARGEST_NOTE), digest = sha256(text);
  if (!same(digest, proof.digest)) {
    throw new Contradiction(`${OPENTIMESTAMPS_PROOF} is not over ${STAMPED}.`, { expected: digest, found: proof.digest });
  }
  const inclusion = parseTlogProof(utf8Text(container.read(BITCOIN_FOLDER + STAMPED_PROOF, LARGEST_NOTE)));
  const note = parseNote(inclusion.checkpoint), checkpoint = parseCheckpoint(note.text);
  if (!same(utf8(note.text), text)) throw new Contradiction(`${STAMPED} is not the checkpoint of ${STAMPED_PROOF}.`);
  verifyInclusion(leafHash(entry), inclusion.index, checkpoint.size, inclusion.hashes, checkpoint.root);
  const attested = attestedIn(proof.timestamp, proof.digest);
  const leads = ({ attestation, message }) => attestation.height !== null && message !== null;
  const blocks = attested.filter(leads).map((one) => ({ height: one.attestation.height, root: one.message }));
  return [
    `A proof of OpenTimestamps over the first ${checkpoint.size} entries of ${checkpoint.origin}, this one among ` +
      `them. Blocks of Bitcoin that it leads to: ${blocks.length}.`,
    { blocks, others: attested.filter((one) => !leads(one)) },
  ];
}

function whyNot({ attestation, unfollowed }) {
  if (unfollowed !== null) return `The operation ${unfollowed} on the way to it is not followed here.`;
  if (attestation.address !== null) {
    return `The calendar ${quoted(attestation.address)} promised a block; the proof of that is not in the file.`;
  }
  return `An attestation of the kind ${toHex(attestation.kind)} is not known here.`;
}

function bitcoinHeaderIn(container, blocks) {
  const header = parseBitcoinHeader(container.read(BITCOIN_FOLDER + BITCOIN_HEADER, LARGEST_NOTE));
  const found = blocks.find((block) => same(block.root, header.merkleRoot));
  if (found === undefined) {
    throw new Contradiction("The proof leads to another Merkle root than the header's.", {
      expected: header.merkleRoot,
      found: blocks[0].root,
    });
  }
  const block = `the block ${toHex(header.hash)} of Bitcoin (number ${found.height}, says the proof)`;
  return [
    `The proof leads to the Merkle root of ${block}; to find one like it takes some 2^${header.work} attempts.`,
    { header, block },
  ];
}

function isKnownToBe(checks, name, { header, block }, knownBlocks) {
  const given = (knownBlocks ?? []).filter((one) => one.chain === "bitcoin");
  if (!given.length) {
    checks.skip(name, `No block was given (--block): look up whether there is ${block}.`);
    return false;
  }
  if (!given.some((one) => same(one.hash, header.hash))) {
    checks.skip(name, `No block that was given is ${block}.`);
    return false;
  }
  const security = header.canBeOfBitcoin ? "" : " A test network: no economic security.";
  checks.attempt(name, () => [`The block that was given is ${block}.${security}`, true]);
  return true;
}
