// Blocks that whoever verifies knows from somewhere else than the file: registry/verify/known_block.py.

const LARGEST_CHAIN_ID = 2n ** 53n - 1n;

function parseKnownBlock(text) {
  const found = /^(bitcoin|[1-9][0-9]{0,15}):(?:0x)?([0-9a-f]{64})$/.exec(text.toLowerCase());
  if (found === null || (found[1] !== "bitcoin" && BigInt(found[1]) > LARGEST_CHAIN_ID)) {
    throw new Malformed(
      `${quoted(text)} is no block: give it as 1:0x... with the chain's id, or as bitcoin:..., and its hash.`,
    );
  }
  return { chain: found[1] === "bitcoin" ? "bitcoin" : `eip155-${found[1]}`, hash: fromHex(found[2]) };
}
