// Anchors in Ethereum's chain: registry/verify/ethereum_anchor.py.

const ANCHOR_VERSION = "registry/ethereum-anchor/v1";
const CONTRACT = fromHex("f3cbdedcad00774721f1ff774f123dffdcc82146");
const CODE_HASH = fromHex("87b4b92a818352f4b856181dbb2d8631143cd1f2cabb87a12cb298460db06f88");
const ANCHORED = keccak256(bytesOf("Anchored(address,bytes32,uint64,bytes32)"));
const WORD_BYTES = 32;
const ANCHOR_NUMBERS = [
  "chain_id", "transaction_index", "block_number", "block_time", "finalized_number", "endpoints_asked",
  "endpoints_agreed",
];
const ANCHOR_HASHES = ["block_hash", "finalized_hash"];

function parseAnchor(content) {
  const value = jsonFile(content, ANCHOR);
  const keys = ["v", "operator", ...ANCHOR_NUMBERS, ...ANCHOR_HASHES];
  if (!isObject(value) || !hasKeys(value, keys) || value.get("v") !== ANCHOR_VERSION) {
    throw new Malformed(`${ANCHOR} is not of the form ${ANCHOR_VERSION}.`);
  }
  const numbers = ANCHOR_NUMBERS.map((name) => {
    const number = value.get(name);
    if (typeof number !== "number" || number < 0) throw new Malformed(`${name} in ${ANCHOR} is not a whole number from 0.`);
    return [name, BigInt(number)];
  });
  const hashes = ANCHOR_HASHES.map((name) => [name, hexBytes(value.get(name), HASH_BYTES)]);
  return { operator: hexBytes(value.get("operator"), ADDRESS_BYTES), ...Object.fromEntries([...numbers, ...hashes]) };
}

// The ids of the chains that the file has a folder of, sorted.
function chainsIn(container) {
  const paths = [...container.members.keys()].filter((path) => path.startsWith(CHAINS));
  const names = [...new Set(paths.map((path) => partition(path.slice(CHAINS.length), "/")[0]))];
  if (names.length > MOST_AUTHORITIES) {
    throw new Malformed(`The file has anchors in more than ${MOST_AUTHORITIES} chains.`);
  }
  if (!names.every((name) => /^[1-9][0-9]{0,15}$/.test(name) && BigInt(name) <= LARGEST_CHAIN_ID)) {
    throw new Malformed(`A folder ${CHAINS}... is called after no chain id.`);
  }
  return names.map(Number).sort((one, other) => one - other);
}

function chainFolder(chainId) {
  return `${CHAINS}${chainId}/`;
}

// A witness for an anchor that is intact, in an array.
function checkAnchor(checks, container, chainId, entry, knownBlocks) {
  const folder = chainFolder(chainId), name = `eip155-${chainId}`;
  const paths = [...container.members.keys()].filter((path) => path.startsWith(folder));
  if (paths.every((path) => path.startsWith(folder + PINNED))) return [];
  const found = checks.attempt(`anchor ${name}`, () => anchoredIn(container, chainId, utf8(entry)));
  if (found === null) {
    checks.skip(`chain ${name}`, "Without an intact anchor there is no block to look for.");
    return [];
  }
  const descent = checks.attempt(`finality ${name}`, () => descentOf(container, folder, found));
  if (container.members.has(folder + STORAGE_PROOF)) {
    checks.attempt(`accumulator ${name}`, () => accumulatorIn(container, folder, found));
  } else checks.skip(`accumulator ${name}`, "No proof of the contract's storage is in the file.");
  const trusted = checkChain(checks, `chain ${name}`, chainId, descent ?? [found.header], knownBlocks);
  return [{ kind: ETHEREUM, name, bound: NOT_AFTER, time: (found.header.time + SLOT_SECONDS) * 1000n, trusted }];
}

function anchoredIn(container, chainId, entry) {
  const folder = chainFolder(chainId);
  const anchor = parseAnchor(container.read(folder + ANCHOR, LARGEST_RECEIPT));
  const header = parseHeader(container.read(folder + HEADER, LARGEST_HEADERS));
  checkSame("another chain", BigInt(chainId), anchor.chain_id);
  checkSame("another block", header.hash, anchor.block_hash);
  checkSame("another number of the block", header.number, anchor.block_number);
  checkSame("another time of the block", header.time, anchor.block_time);
  const proof = parseTlogProof(utf8Text(container.read(folder + STAMPED_PROOF, LARGEST_NOTE)));
  const checkpoint = parseCheckpoint(parseNote(proof.checkpoint).text);
  verifyInclusion(leafHash(entry), proof.index, checkpoint.size, proof.hashes, checkpoint.root);
  const nodes = trieNodes(container, folder + RECEIPT_PROOF, ["receipt"]).receipt;
  const key = encodeRlp(integerBytes(anchor.transaction_index));
  const receipt = parseTransactionReceipt(provenValue(header.receiptsRoot, key, nodes));
  if (!receipt.succeeded) throw new Contradiction("The transaction failed, so it anchored nothing.");
  const topics = [ANCHORED, toWord(anchor.operator), checkpoint.root, toWord(toBytes(checkpoint.size, 8))];
  const event = receipt.logs.find(
    (log) =>
      same(log.address, CONTRACT) &&
      log.topics.length === topics.length &&
      topics.every((topic, place) => same(topic, log.topics[place])),
  );
  if (event === undefined) {
    throw new Contradiction("The transaction did not anchor this root: it left no such event of the contract.");
  }
  if (event.content.length !== WORD_BYTES) {
    throw new Malformed("The event of the contract does not name the accumulator before.");
  }
  return [
    `0x${toHex(anchor.operator)} anchored the first ${checkpoint.size} entries of ${checkpoint.origin}, this one ` +
      `among them, in block ${header.number} of ${chainName(chainId)}, hash 0x${toHex(header.hash)}.`,
    { anchor, checkpoint, header, event },
  ];
}

// The block with the anchor and all after it.
function descentOf(container, folder, { anchor, header }) {
  const items = decodeRlpList(container.read(folder + DESCENT, LARGEST_HEADERS));
  if (items.length > MOST_HEADERS) throw new Malformed(`${DESCENT} has more than ${MOST_HEADERS} headers.`);
  const headers = items.map((item) => parseHeader(encodeRlp(item)));
  const newest = checkDescent(header, headers);
  checkSame("another finalized block", newest.hash, anchor.finalized_hash);
  checkSame("another number of the finalized block", newest.number, anchor.finalized_number);
  return [
    `Block ${newest.number} descends from it over ${headers.length} headers; the operator states that ` +
      `${anchor.endpoints_agreed} of ${anchor.endpoints_asked} nodes called it final.`,
    [header, ...headers],
  ];
}

function accumulatorIn(container, folder, { anchor, checkpoint, header, event }) {
  const nodes = trieNodes(container, folder + STORAGE_PROOF, ["account", "storage"]);
  const account = parseAccount(provenValue(header.stateRoot, keccak256(CONTRACT), nodes.account));
  if (!same(account.codeHash, CODE_HASH)) {
    throw new Contradiction("Another code stands at the contract's address.", {
      expected: CODE_HASH,
      found: account.codeHash,
    });
  }
  const slot = keccak256(joined(toWord(anchor.operator), new Uint8Array(WORD_BYTES)));
  const value = rlpBytes(decodeRlp(provenValue(account.storageRoot, keccak256(slot), nodes.storage)));
  const counted = [toBytes(checkpoint.size, 8), toBytes(header.time, 8)];
  const expected = keccak256(joined(event.content, checkpoint.root, ...counted));
  if (!same(toWord(value), expected)) {
    throw new Contradiction("The contract's storage holds another accumulator.", { expected, found: value });
  }
  return ["The contract's storage holds what follows from the accumulator before, root, size and time.", true];
}

function trieNodes(container, path, names) {
  const value = jsonFile(container.read(path, LARGEST_NODES), path);
  if (!isObject(value) || !hasKeys(value, names)) {
    throw new Malformed(`${path} does not hold the nodes of ${names.join(" and ")}.`);
  }
  return Object.fromEntries(
    names.map((name) => {
      const nodes = value.get(name);
      if (!Array.isArray(nodes)) throw new Malformed(`${path} holds something else than a list of nodes.`);
      return [name, nodes.map((node) => trieNodeBytes(node, path))];
    }),
  );
}

function trieNodeBytes(node, path) {
  if (typeof node !== "string") throw new Malformed(`${path} holds something else than nodes in hex.`);
  return hexBytes(node, node.length >> 1);
}

function jsonFile(content, path) {
  if (content[content.length - 1] !== 10) throw new Malformed(`${path} does not end in a line feed.`);
  return parseJson(content.slice(0, -1));
}

function toWord(content) {
  if (content.length > WORD_BYTES) throw new Malformed(`A word has ${WORD_BYTES} bytes.`);
  return joined(new Uint8Array(WORD_BYTES - content.length), content);
}

function checkSame(what, expected, found) {
  const alike = expected instanceof Uint8Array ? same(expected, found) : expected === found;
  if (!alike) throw new Contradiction(`${ANCHOR} names ${what} than the other files.`, { expected, found });
}
