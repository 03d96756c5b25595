// Ed25519 verification (RFC 8032, section 5.1.7), on the stricter side of what it leaves open: registry/verify/ed25519.py.

const Ed25519 = (() => {
  const P = 2n ** 255n - 19n, ORDER = 2n ** 252n + 27742317777372353535851937790883648493n;
  const mod = (number) => ((number % P) + P) % P;
  const D = mod(-121665n * inverseModulo(121666n, P));
  const ROOT_OF_MINUS_ONE = powerModulo(2n, (P - 1n) / 4n, P);
  const NEUTRAL = [0n, 1n, 1n, 0n];
  const X = 15112221349535400772501151409588531511454012693041857206046113283949847762202n;
  const Y = 46316835694926478169428394003475163141307993866256225615783033603165251855960n;
  const BASE = [X, Y, 1n, mod(X * Y)];

  function add(a, b) {
    const first = mod((a[1] - a[0]) * (b[1] - b[0])), second = mod((a[1] + a[0]) * (b[1] + b[0]));
    const third = mod(2n * a[3] * b[3] * D), fourth = mod(2n * a[2] * b[2]);
    const e = second - first, f = fourth - third, g = fourth + third, h = second + first;
    return [mod(e * f), mod(g * h), mod(f * g), mod(e * h)];
  }

  function sumOfProducts(m, a, n, b) {
    const addends = [NEUTRAL, a, b, add(a, b)];
    let total = NEUTRAL;
    for (let bit = BigInt(Math.max(bitLength(m), bitLength(n))) - 1n; bit >= 0n; bit--) {
      total = add(total, total);
      const chosen = Number((m >> bit) & 1n) + 2 * Number((n >> bit) & 1n);
      if (chosen) total = add(total, addends[chosen]);
    }
    return total;
  }

  function encode(point) {
    const inverse = inverseModulo(point[2], P);
    const x = mod(point[0] * inverse), y = mod(point[1] * inverse);
    return toBytes(y | ((x & 1n) << 255n), 32).reverse();
  }

  function decode(encoded) {
    if (encoded.length !== 32) return null;
    const number = toNumber(encoded.slice().reverse()), sign = number >> 255n, y = number & (2n ** 255n - 1n);
    if (y >= P) return null;
    const u = mod(y * y - 1n), v = mod(D * y * y + 1n);
    let x = mod(u * v ** 3n * powerModulo(mod(u * v ** 7n), (P - 5n) / 8n, P));
    if (mod(v * x * x) === mod(-u)) x = mod(x * ROOT_OF_MINUS_ONE);
    if (mod(v * x * x) !== u || (x === 0n && sign)) return null;
    if ((x & 1n) !== sign) x = P - x;
    return [x, y, 1n, mod(x * y)];
  }

  function verifies(publicKey, message, signature) {
    if (signature.length !== 64) return false;
    const key = decode(publicKey), r = signature.slice(0, 32), s = toNumber(signature.slice(32).reverse());
    if (key === null || s >= ORDER) return false;
    const k = toNumber(digestOf("sha512", r, publicKey, message).reverse()) % ORDER;
    return same(encode(sumOfProducts(s, BASE, k, [mod(-key[0]), key[1], key[2], mod(-key[3])])), r);
  }

  function isPublicKey(encoded) {
    let point = decode(encoded);
    if (point === null) return false;
    for (let doubling = 0; doubling < 3; doubling++) point = add(point, point);
    return !same(encode(point), encode(NEUTRAL));
  }

  return { verifies, isPublicKey };
})();
