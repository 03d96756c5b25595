// Which chain a block is of, and how far it can be trusted to be of it: registry/verify/ethereum_chain.py.

const ETHEREUM = "ethereum";
const SLOT_SECONDS = 12n;
const LARGEST_CHAIN_ID = 2n ** 53n - 1n;
const CHAIN_NAMES = new Map([[1, "Ethereum"], [11155111, "Sepolia"], [560048, "Hoodi"], [31337, "a local chain"]]);

function parseKnownBlock(text) {
  const found = /^([1-9][0-9]{0,15}):(?:0x)?([0-9a-f]{64})$/.exec(text.toLowerCase());
  if (found === null || BigInt(found[1]) > LARGEST_CHAIN_ID) {
    throw new Malformed(`${quoted(text)} is no block: give it as 1:0x..., the chain's id and the block's hash.`);
  }
  return { chainId: Number(found[1]), hash: fromHex(found[2]) };
}

function chainName(chainId) {
  return CHAIN_NAMES.get(chainId) ?? `the chain ${chainId}`;
}

function hasEconomicSecurity(chainId) {
  return chainId === 1;
}

function isOfTestNetwork(witness) {
  return witness.kind === ETHEREUM && witness.name !== "eip155-1";
}

// Answers whether one of the headers is a block that the caller knows.
function checkChain(checks, name, chainId, headers, knownBlocks) {
  const ofChain = (knownBlocks ?? []).filter((block) => block.chainId === chainId), first = headers[0];
  const where = `block ${first.number} of ${chainName(chainId)}, hash 0x${toHex(first.hash)}`;
  if (!ofChain.length) {
    checks.skip(name, `No block was given (--block): look up whether there is ${where}.`);
    return false;
  }
  const found = headers.find((header) => ofChain.some((block) => same(block.hash, header.hash)));
  if (found === undefined) {
    checks.skip(name, `No block that was given is ${where}, or one of those after it in here.`);
    return false;
  }
  const security = hasEconomicSecurity(chainId) ? "" : " A test network: no economic security.";
  checks.attempt(name, () => [`Block ${found.number} was given, and it is ${where}, or after it.${security}`, true]);
  return true;
}
