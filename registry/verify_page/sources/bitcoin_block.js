// Headers of Bitcoin's blocks: registry/verify/bitcoin_block.py.

const BITCOIN_HEADER_BYTES = 80;
const HIGHEST_TARGET = 0xffffn << 208n;
const TARGET_SIGN = 0x00800000;

function parseBitcoinHeader(encoded) {
  if (encoded.length !== BITCOIN_HEADER_BYTES) {
    throw new Malformed(`A header of Bitcoin has ${BITCOIN_HEADER_BYTES} bytes; this one has ${encoded.length}.`);
  }
  const number = (place) => toNumber(encoded.slice(place, place + 4).reverse());
  const target = blockTarget(Number(number(72))), hash = sha256(sha256(encoded)).reverse();
  if (toNumber(hash) > target) {
    throw new Contradiction("The header does not meet its own target.", { expected: toBytes(target, 32), found: hash });
  }
  return {
    hash,
    merkleRoot: encoded.slice(36, 68),
    time: number(68),
    work: bitLength(2n ** 256n / (target + 1n)) - 1,
    canBeOfBitcoin: target <= HIGHEST_TARGET,
  };
}

function blockTarget(bits) {
  const size = bits >>> 24, digits = BigInt(bits & (TARGET_SIGN - 1));
  const target = size > 3 ? digits << BigInt(8 * (size - 3)) : digits >> BigInt(8 * (3 - size));
  if (bits & TARGET_SIGN || target === 0n || target >= 2n ** 256n) {
    throw new Malformed("The header has a target that no block can have.");
  }
  return target;
}
