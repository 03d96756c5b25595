// Merkle tree hashes (RFC 6962, section 2.1) and inclusion proofs (RFC 9162, section 2.1.3.2): registry/verify/tree.py.

function leafHash(entry) {
  return sha256(Uint8Array.of(0), entry);
}

function nodeHash(left, right) {
  return sha256(Uint8Array.of(1), left, right);
}

function bitLength(number) {
  return number === 0n ? 0 : number.toString(2).length;
}

function verifyInclusion(leaf, index, size, proof, root) {
  if (!(index >= 0n && index < size)) throw new Malformed(`A tree of ${size} leaves has no leaf ${index}.`);
  for (const one of [leaf, root, ...proof]) {
    if (one.length !== HASH_BYTES) throw new Malformed(`A hash has ${one.length} bytes instead of ${HASH_BYTES}.`);
  }
  const inner = bitLength(index ^ (size - 1n));
  const border = [...(index >> BigInt(inner)).toString(2)].filter((bit) => bit === "1").length;
  if (proof.length !== inner + border) {
    throw new Malformed(`The inclusion proof has ${proof.length} hashes instead of ${inner + border}.`);
  }
  let computed = leaf;
  proof.forEach((sibling, level) => {
    const onTheLeft = level >= inner || (index >> BigInt(level)) & 1n;
    computed = onTheLeft ? nodeHash(sibling, computed) : nodeHash(computed, sibling);
  });
  if (!same(computed, root)) {
    throw new Contradiction(`The inclusion proof of leaf ${index} leads to another root of the tree of size ${size}.`, {
      expected: root,
      found: computed,
    });
  }
}
