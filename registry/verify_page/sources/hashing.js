// SHA-1, SHA-256, SHA-384, SHA-512 (FIPS 180-4) and the CRC-32 of ZIP. Of a whole content or piece by piece.

const PRIMES = (() => {
  const found = [];
  for (let one = 2; found.length < 80; one++) if (found.every((prime) => one % prime)) found.push(one);
  return found;
})();

function integerRoot(number, power) {
  let low = 0n, high = 1n << 70n;
  while (low < high) {
    const middle = (low + high + 1n) >> 1n;
    if (middle ** power <= number) low = middle;
    else high = middle - 1n;
  }
  return low;
}

// The first 64 bits of the fractional part of a prime's root: what all constants are, but for those of SHA-1.
function fraction(prime, power) {
  return integerRoot(BigInt(prime) << (64n * power), power) & 0xffffffffffffffffn;
}

const CUBE_ROOTS = PRIMES.map((prime) => fraction(prime, 3n));
const K256 = Int32Array.from(CUBE_ROOTS.slice(0, 64), (root) => Number(root >> 32n) | 0);
const K512 = Int32Array.from(CUBE_ROOTS.flatMap((root) => [Number(root >> 32n) | 0, Number(root & 0xffffffffn) | 0]));
const START256 = PRIMES.slice(0, 8).map((prime) => Number(fraction(prime, 2n) >> 32n) | 0);
const halves = (numbers) => numbers.flatMap((one) => [Number(one >> 32n) | 0, Number(one & 0xffffffffn) | 0]);
const START512 = halves(PRIMES.slice(0, 8).map((prime) => fraction(prime, 2n)));
const START384 = halves(PRIMES.slice(8, 16).map((prime) => fraction(prime, 2n)));
const START1 = [0x67452301, 0xefcdab89 | 0, 0x98badcfe | 0, 0x10325476, 0xc3d2e1f0 | 0];

class Hash {
  constructor(start, block, lengthBytes, digestBytes, compress) {
    this.state = Int32Array.from(start);
    this.held = new Uint8Array(block);
    this.used = 0;
    this.length = 0;
    this.lengthBytes = lengthBytes;
    this.digestBytes = digestBytes;
    this.compress = compress;
  }

  update(content) {
    const block = this.held.length;
    let place = 0;
    this.length += content.length;
    if (this.used) {
      place = Math.min(block - this.used, content.length);
      this.held.set(content.subarray(0, place), this.used);
      this.used += place;
      if (this.used < block) return this;
      this.compress(this.state, this.held, 0);
      this.used = 0;
    }
    for (; place + block <= content.length; place += block) this.compress(this.state, content, place);
    this.held.set(content.subarray(place));
    this.used = content.length - place;
    return this;
  }

  digest() {
    const block = this.held.length, length = BigInt(this.length) * 8n;
    const padding = new Uint8Array(((this.used + 1 + this.lengthBytes + block - 1) / block | 0) * block - this.used);
    padding[0] = 0x80;
    for (let place = 0; place < 8; place++) {
      padding[padding.length - 1 - place] = Number((length >> BigInt(8 * place)) & 0xffn);
    }
    this.update(padding);
    const found = new Uint8Array(4 * this.state.length);
    this.state.forEach((word, place) => new DataView(found.buffer).setInt32(4 * place, word));
    return found.slice(0, this.digestBytes);
  }
}

const SCHEDULE = new Int32Array(160);

function word(content, place) {
  return (content[place] << 24) | (content[place + 1] << 16) | (content[place + 2] << 8) | content[place + 3];
}

function compress256(state, content, place) {
  const w = SCHEDULE;
  for (let i = 0; i < 16; i++) w[i] = word(content, place + 4 * i);
  for (let i = 16; i < 64; i++) {
    const x = w[i - 15], y = w[i - 2];
    const s0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
    const s1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
    w[i] = (w[i - 16] + s0 + w[i - 7] + s1) | 0;
  }
  let [a, b, c, d, e, f, g, h] = state;
  for (let i = 0; i < 64; i++) {
    const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
    const t1 = (h + s1 + ((e & f) ^ (~e & g)) + K256[i] + w[i]) | 0;
    const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
    const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g; g = f; f = e; e = (d + t1) | 0; d = c; c = b; b = a; a = (t1 + t2) | 0;
  }
  state[0] += a; state[1] += b; state[2] += c; state[3] += d;
  state[4] += e; state[5] += f; state[6] += g; state[7] += h;
}

// Each 64-bit word as two of 32 bits, the high one first.
function compress512(state, content, place) {
  const w = SCHEDULE, v = Int32Array.from(state);
  for (let i = 0; i < 32; i++) w[i] = word(content, place + 4 * i);
  for (let i = 32; i < 160; i += 2) {
    const xh = w[i - 30], xl = w[i - 29], yh = w[i - 4], yl = w[i - 3];
    const s0h = ((xh >>> 1) | (xl << 31)) ^ ((xh >>> 8) | (xl << 24)) ^ (xh >>> 7);
    const s0l = ((xl >>> 1) | (xh << 31)) ^ ((xl >>> 8) | (xh << 24)) ^ ((xl >>> 7) | (xh << 25));
    const s1h = ((yh >>> 19) | (yl << 13)) ^ ((yl >>> 29) | (yh << 3)) ^ (yh >>> 6);
    const s1l = ((yl >>> 19) | (yh << 13)) ^ ((yh >>> 29) | (yl << 3)) ^ ((yl >>> 6) | (yh << 26));
    const low = (w[i - 31] >>> 0) + (s0l >>> 0) + (w[i - 13] >>> 0) + (s1l >>> 0);
    w[i + 1] = low | 0;
    w[i] = (w[i - 32] + s0h + w[i - 14] + s1h + Math.floor(low / 0x100000000)) | 0;
  }
  for (let i = 0; i < 160; i += 2) {
    const eh = v[8], el = v[9], ah = v[0], al = v[1];
    const s1h = ((eh >>> 14) | (el << 18)) ^ ((eh >>> 18) | (el << 14)) ^ ((el >>> 9) | (eh << 23));
    const s1l = ((el >>> 14) | (eh << 18)) ^ ((el >>> 18) | (eh << 14)) ^ ((eh >>> 9) | (el << 23));
    const ch = (eh & v[10]) ^ (~eh & v[12]), cl = (el & v[11]) ^ (~el & v[13]);
    const t1l = (v[15] >>> 0) + (s1l >>> 0) + (cl >>> 0) + (K512[i + 1] >>> 0) + (w[i + 1] >>> 0);
    const t1h = (v[14] + s1h + ch + K512[i] + w[i] + Math.floor(t1l / 0x100000000)) | 0;
    const s0h = ((ah >>> 28) | (al << 4)) ^ ((al >>> 2) | (ah << 30)) ^ ((al >>> 7) | (ah << 25));
    const s0l = ((al >>> 28) | (ah << 4)) ^ ((ah >>> 2) | (al << 30)) ^ ((ah >>> 7) | (al << 25));
    const mh = (ah & v[2]) ^ (ah & v[4]) ^ (v[2] & v[4]), ml = (al & v[3]) ^ (al & v[5]) ^ (v[3] & v[5]);
    const t2l = (s0l >>> 0) + (ml >>> 0);
    const t2h = (s0h + mh + Math.floor(t2l / 0x100000000)) | 0;
    const dl = (v[7] >>> 0) + ((t1l | 0) >>> 0);
    const dh = (v[6] + t1h + Math.floor(dl / 0x100000000)) | 0;
    const nl = ((t1l | 0) >>> 0) + ((t2l | 0) >>> 0);
    v.copyWithin(2, 0, 14);
    v[8] = dh; v[9] = dl | 0;
    v[0] = (t1h + t2h + Math.floor(nl / 0x100000000)) | 0; v[1] = nl | 0;
  }
  for (let i = 0; i < 16; i += 2) {
    const low = (state[i + 1] >>> 0) + (v[i + 1] >>> 0);
    state[i] = (state[i] + v[i] + Math.floor(low / 0x100000000)) | 0;
    state[i + 1] = low | 0;
  }
}

function compress1(state, content, place) {
  const w = SCHEDULE;
  for (let i = 0; i < 16; i++) w[i] = word(content, place + 4 * i);
  for (let i = 16; i < 80; i++) {
    const mixed = w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16];
    w[i] = (mixed << 1) | (mixed >>> 31);
  }
  let [a, b, c, d, e] = state;
  for (let i = 0; i < 80; i++) {
    const [f, k] = i < 20 ? [(b & c) | (~b & d), 0x5a827999] : i < 40 ? [b ^ c ^ d, 0x6ed9eba1]
      : i < 60 ? [(b & c) | (b & d) | (c & d), 0x8f1bbcdc] : [b ^ c ^ d, 0xca62c1d6];
    const next = (((a << 5) | (a >>> 27)) + f + e + k + w[i]) | 0;
    e = d; d = c; c = (b << 30) | (b >>> 2); b = a; a = next;
  }
  state[0] += a; state[1] += b; state[2] += c; state[3] += d; state[4] += e;
}

const HASHES = {
  sha1: () => new Hash(START1, 64, 8, 20, compress1),
  sha256: () => new Hash(START256, 64, 8, 32, compress256),
  sha384: () => new Hash(START384, 128, 16, 48, compress512),
  sha512: () => new Hash(START512, 128, 16, 64, compress512),
};

function digestOf(name, ...contents) {
  const hash = HASHES[name]();
  for (const content of contents) hash.update(content);
  return hash.digest();
}

function sha256(...contents) {
  return digestOf("sha256", ...contents);
}

const CRC_TABLE = Int32Array.from({ length: 256 }, (_, byte) => {
  for (let bit = 0; bit < 8; bit++) byte = byte & 1 ? (byte >>> 1) ^ 0xedb88320 : byte >>> 1;
  return byte;
});

function crc32(content) {
  let crc = -1;
  for (let place = 0; place < content.length; place++) crc = CRC_TABLE[(crc ^ content[place]) & 0xff] ^ (crc >>> 8);
  return ~crc >>> 0;
}
