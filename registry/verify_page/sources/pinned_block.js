// Blocks whose hash an earlier entry of the ledger holds: registry/verify/pinned_block.py.

const PINNING_KIND = "anchor";

// A witness for a pin that is intact, in an array.
function checkPinnedBlock(checks, container, chainId, entry, knownBlocks) {
  const folder = chainFolder(chainId) + PINNED, name = `eip155-${chainId}`;
  if (![...container.members.keys()].some((path) => path.startsWith(folder))) return [];
  const header = checks.attempt(`pinned ${name}`, () => pinnedIn(container, chainId, utf8(entry)));
  if (header === null) {
    checks.skip(`pinned chain ${name}`, "Without an intact pin there is no block to look for.");
    return [];
  }
  const trusted = checkChain(checks, `pinned chain ${name}`, chainId, [header], knownBlocks);
  return [{ kind: ETHEREUM, name, bound: NOT_BEFORE, time: (header.time - SLOT_SECONDS) * 1000n, trusted }];
}

function pinnedIn(container, chainId, encoded) {
  const folder = chainFolder(chainId) + PINNED;
  const content = container.read(folder + PINNED_ENTRIES, LARGEST_ENTRIES);
  if (content[content.length - 1] !== 10) throw new Malformed(`${PINNED_ENTRIES} does not end in a line feed.`);
  const lines = linesOf(content);
  if (lines.length > MOST_ENTRIES_BETWEEN) {
    throw new Malformed(`${PINNED_ENTRIES} has more than ${MOST_ENTRIES_BETWEEN} lines.`);
  }
  const pinning = firstOfChain([...lines, encoded]);
  if (pinning.kind !== PINNING_KIND) {
    throw new Contradiction("The first of the entries pins no block.", { expected: PINNING_KIND, found: pinning.kind });
  }
  const opened = parseDisclosure(jsonFile(container.read(folder + PINNED_DISCLOSURE, LARGEST_RECEIPT), PINNED_DISCLOSURE));
  verifyDisclosure(opened, pinning.commit);
  const values = new Map(opened.fields.map((field) => [field.name, field.value]));
  const header = parseHeader(container.read(folder + HEADER, LARGEST_HEADERS));
  if (values.get("chain_id") !== chainId) throw new Contradiction("The entry pins a block of another chain.");
  const pinned = hexBytes(values.get("block_hash"), HASH_BYTES);
  if (!same(pinned, header.hash)) {
    throw new Contradiction("The entry pins another block.", { expected: pinned, found: header.hash });
  }
  return [
    `Entry ${pinning.index}, ${lines.length} before this one in the chain of entries, names block ${header.number} of ` +
      `${chainName(chainId)}, hash 0x${toHex(header.hash)}.`,
    header,
  ];
}

// The first of the leaves, once each is shown to hold the hash of the one before.
function firstOfChain(leaves) {
  const first = parseEntry(leaves[0]);
  let previous = first;
  for (let place = 1; place < leaves.length; place++) {
    const entry = parseEntry(leaves[place]), expected = leafHash(leaves[place - 1]);
    if (!same(entry.previous, expected) || entry.index !== previous.index + 1) {
      throw new Contradiction(`Entry ${entry.index} does not follow entry ${previous.index}.`, {
        expected,
        found: entry.previous,
      });
    }
    previous = entry;
  }
  return first;
}
