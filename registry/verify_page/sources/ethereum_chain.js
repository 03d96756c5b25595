// Which chain a block is of, and how far it can be trusted to be of it: registry/verify/ethereum_chain.py.

const ETHEREUM = "ethereum";
const SLOT_SECONDS = 12n;
const CHAIN_NAMES = new Map([[1, "Ethereum"], [11155111, "Sepolia"], [560048, "Hoodi"], [31337, "a local chain"]]);

function chainName(chainId) {
  return CHAIN_NAMES.get(chainId) ?? `the chain ${chainId}`;
}

function hasEconomicSecurity(chainId) {
  return chainId === 1;
}

function isOfEthereumTestNetwork(witness) {
  return witness.kind === ETHEREUM && witness.name !== "eip155-1";
}

// Answers whether one of the headers is a block that the caller knows.
function checkChain(checks, name, chainId, headers, knownBlocks) {
  const ofChain = (knownBlocks ?? []).filter((block) => block.chain === `eip155-${chainId}`), first = headers[0];
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
