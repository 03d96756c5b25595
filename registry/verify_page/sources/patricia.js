// Proofs in a Merkle-Patricia trie: registry/verify/patricia.py.

const MOST_NODES = 66;
const BRANCH_ITEMS = 17, SHORT_NODE_ITEMS = 2;
const LEAF_FLAG = 2, ODD_FLAG = 1;
const NOTHING_THERE = "The proof shows that the trie has nothing there.";

function provenValue(root, key, proof) {
  if (!(proof.length > 0 && proof.length <= MOST_NODES)) {
    throw new Malformed(`A proof has from 1 to ${MOST_NODES} nodes.`);
  }
  const following = [...proof];
  let path = halfBytes(key), expected = root;
  for (;;) {
    const node = trieNode(expected, following);
    if (node.length === BRANCH_ITEMS) {
      if (!path.length) return trieValue(node[BRANCH_ITEMS - 1], following);
      expected = node[path[0]];
      path = path.slice(1);
      continue;
    }
    const { prefix, isLeaf } = parsePrefix(rlpBytes(node[0]));
    if (!prefix.every((step, place) => path[place] === step) || (isLeaf && path.length !== prefix.length)) {
      throw new Contradiction(NOTHING_THERE);
    }
    if (isLeaf) return trieValue(node[1], following);
    expected = node[1];
    path = path.slice(prefix.length);
  }
}

function halfBytes(key) {
  return [...key].flatMap((byte) => [byte >> 4, byte & 15]);
}

function parsePrefix(encoded) {
  const halves = halfBytes(encoded);
  if (!halves.length || halves[0] > (LEAF_FLAG | ODD_FLAG)) throw new Malformed("A node of the trie has no path.");
  const odd = halves[0] & ODD_FLAG;
  if (!odd && halves[1] !== 0) throw new Malformed("The path of a node of the trie is not in its one form.");
  return { prefix: halves.slice(2 - odd), isLeaf: Boolean(halves[0] & LEAF_FLAG) };
}

function trieNode(expected, following) {
  let node;
  if (expected instanceof Uint8Array) {
    if (!expected.length) throw new Contradiction(NOTHING_THERE);
    if (expected.length !== HASH_BYTES) {
      throw new Malformed("A node of the trie is named by something that is no hash.");
    }
    if (!following.length) throw new Malformed("The proof ends before it reaches a value.");
    const encoded = following.shift(), found = keccak256(encoded);
    if (!same(found, expected)) throw new Contradiction("The proof belongs to another root.", { expected, found });
    node = decodeRlpList(encoded);
  } else node = expected;
  if (node.length !== BRANCH_ITEMS && node.length !== SHORT_NODE_ITEMS) {
    throw new Malformed(`A node of the trie has ${node.length} items.`);
  }
  return node;
}

function trieValue(item, following) {
  if (following.length) throw new Malformed("The proof goes on behind the value.");
  const value = rlpBytes(item);
  if (!value.length) throw new Contradiction(NOTHING_THERE);
  return value;
}
