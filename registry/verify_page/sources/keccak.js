// Keccak-256 as Ethereum uses it, with the padding that it had before it became SHA-3: registry/verify/keccak.py.

const KECCAK_RATE = 136;
const LANES = 25;
// FIPS 202, section 3.2.5 (iota). Each lane is two halves, the low one first.
const ROUND_CONSTANTS = [
  0x0000000000000001n, 0x0000000000008082n, 0x800000000000808an, 0x8000000080008000n,
  0x000000000000808bn, 0x0000000080000001n, 0x8000000080008081n, 0x8000000000008009n,
  0x000000000000008an, 0x0000000000000088n, 0x0000000080008009n, 0x000000008000000an,
  0x000000008000808bn, 0x800000000000008bn, 0x8000000000008089n, 0x8000000000008003n,
  0x8000000000008002n, 0x8000000000000080n, 0x000000000000800an, 0x800000008000000an,
  0x8000000080008081n, 0x8000000000008080n, 0x0000000080000001n, 0x8000000080008008n,
].map((one) => [Number(one & 0xffffffffn) | 0, Number(one >> 32n) | 0]);

// Steps rho and pi (FIPS 202, sections 3.2.2 and 3.2.3): where each lane comes from, its column and its rotation.
const MOVES = (() => {
  const rotations = new Array(LANES).fill(0), moves = [];
  let x = 1, y = 0;
  for (let step = 0; step < 24; step++) {
    rotations[x + 5 * y] = (((step + 1) * (step + 2)) / 2) % 64;
    [x, y] = [y, (2 * x + 3 * y) % 5];
  }
  for (y = 0; y < 5; y++) {
    for (x = 0; x < 5; x++) {
      const source = ((x + 3 * y) % 5) + 5 * x;
      moves.push([source, source % 5, rotations[source]]);
    }
  }
  return moves;
})();

function keccak256(content) {
  const padded = new Uint8Array((Math.floor(content.length / KECCAK_RATE) + 1) * KECCAK_RATE);
  padded.set(content);
  padded[content.length] = 0x01; // SHA-3 begins its padding with 0x06
  padded[padded.length - 1] |= 0x80;
  const taken = new DataView(padded.buffer), state = new Int32Array(2 * LANES);
  for (let start = 0; start < padded.length; start += KECCAK_RATE) {
    for (let half = 0; half < KECCAK_RATE / 4; half++) state[half] ^= taken.getInt32(start + 4 * half, true);
    permute(state);
  }
  const digest = new DataView(new ArrayBuffer(HASH_BYTES));
  for (let half = 0; half < HASH_BYTES / 4; half++) digest.setInt32(4 * half, state[half], true);
  return new Uint8Array(digest.buffer);
}

const COLUMNS = new Int32Array(10), MIXED = new Int32Array(10), MOVED = new Int32Array(2 * LANES);

// Keccak-f[1600]. Lane x + 5y is lane (x, y) of the standard.
function permute(lanes) {
  for (const [low, high] of ROUND_CONSTANTS) {
    for (let half = 0; half < 10; half++) {
      COLUMNS[half] = lanes[half] ^ lanes[half + 10] ^ lanes[half + 20] ^ lanes[half + 30] ^ lanes[half + 40];
    }
    for (let x = 0; x < 5; x++) {
      const before = 2 * ((x + 4) % 5), after = 2 * ((x + 1) % 5);
      MIXED[2 * x] = COLUMNS[before] ^ ((COLUMNS[after] << 1) | (COLUMNS[after + 1] >>> 31));
      MIXED[2 * x + 1] = COLUMNS[before + 1] ^ ((COLUMNS[after + 1] << 1) | (COLUMNS[after] >>> 31));
    }
    for (let lane = 0; lane < LANES; lane++) {
      const [source, column, rotation] = MOVES[lane];
      let first = lanes[2 * source] ^ MIXED[2 * column], second = lanes[2 * source + 1] ^ MIXED[2 * column + 1];
      if (rotation >= 32) [first, second] = [second, first];
      const left = rotation % 32;
      MOVED[2 * lane] = left ? (first << left) | (second >>> (32 - left)) : first;
      MOVED[2 * lane + 1] = left ? (second << left) | (first >>> (32 - left)) : second;
    }
    for (let row = 0; row < 50; row += 10) {
      for (let half = 0; half < 10; half++) {
        lanes[row + half] = MOVED[row + half] ^ (~MOVED[row + ((half + 2) % 10)] & MOVED[row + ((half + 4) % 10)]);
      }
    }
    lanes[0] ^= low;
    lanes[1] ^= high;
  }
}
