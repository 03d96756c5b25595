// ECDSA verification (FIPS 186-5, section 6.4.2) on the NIST curves: registry/verify/ecdsa.py.

const CURVES = new Map([
  ["1.2.840.10045.3.1.7", {
    p: 2n ** 256n - 2n ** 224n + 2n ** 192n + 2n ** 96n - 1n,
    b: 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604Bn,
    order: 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551n,
    base: [
      0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296n,
      0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5n,
    ],
  }],
  ["1.3.132.0.34", {
    p: 2n ** 384n - 2n ** 128n - 2n ** 96n + 2n ** 32n - 1n,
    b: 0xB3312FA7E23EE7E4988E056BE3F82D19181D9C6EFE8141120314088F5013875AC656398D8A2ED19D2A85C8EDD3EC2AEFn,
    order: 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFC7634D81F4372DDF581A0DB248B0A77AECEC196ACCC52973n,
    base: [
      0xAA87CA22BE8B05378EB1C71EF320AD746E1D3B628BA79B9859F741E082542A385502F25DBF55296C3A545E3872760AB7n,
      0x3617DE4A96262C6F5D9E98BF9292DC29F8F41DBD289A147CE9DA3113B5F0B8C00A60B1CE1D7E819D7A431D7C90EA0E5Fn,
    ],
  }],
  ["1.3.132.0.35", {
    p: 2n ** 521n - 1n,
    b: 0x0051953EB9618E1C9A1F929A21A0B68540EEA2DA725B99B315F3B8B489918EF109E156193951EC7E937B1652C0BD3BB1BF073573DF883D2C34F1EF451FD46B503F00n,
    order: 2n ** 521n - 0x5AE79787C40D069948033FEB708F65A2FC44A36477663B851449048E16EC79BF7n,
    base: [
      0x00C6858E06B70404E9CD9E3ECB662395B4429C648139053FB521F828AF606B4D3DBAA14B5E77EFE75928FE1DC127A2FFA8DE3348B3C1856A429BF97E7E31C2E5BD66n,
      0x011839296A789A3BC0045C8A5FB42C7D1BD998F54449579B446817AFBD17273E662C97EE72995EF42640C550B9013FAD0761353C7086A272C24088BE94769FD16650n,
    ],
  }],
]);

const Ecdsa = (() => {
  const INFINITY = [1n, 1n, 0n];
  const mod = (number, p) => ((number % p) + p) % p;

  function decodedPoint(curve, encoded) {
    const octets = (bitLength(curve.p) + 7) >> 3;
    if (encoded.length !== 1 + 2 * octets || encoded[0] !== 4) return null;
    const x = toNumber(encoded.slice(1, 1 + octets)), y = toNumber(encoded.slice(1 + octets));
    return x < curve.p && y < curve.p && mod(y * y - x * x * x + 3n * x - curve.b, curve.p) === 0n ? [x, y] : null;
  }

  function verifies(curve, key, digest, [r, s]) {
    if (!(r > 0n && r < curve.order && s > 0n && s < curve.order)) return false;
    const surplus = BigInt(Math.max(8 * digest.length - bitLength(curve.order), 0));
    const hashed = toNumber(digest) >> surplus, inverse = inverseModulo(s, curve.order);
    const first = (hashed * inverse) % curve.order, second = (r * inverse) % curve.order;
    const [x, , z] = sumOfProducts(curve, first, [...curve.base, 1n], second, [...key, 1n]);
    if (z === 0n) return false;
    const inverted = inverseModulo(z, curve.p);
    return mod(x * inverted * inverted, curve.p) % curve.order === r;
  }

  function sumOfProducts(curve, m, a, n, b) {
    const addends = [INFINITY, a, b, add(curve, a, b)];
    let total = INFINITY;
    for (let bit = BigInt(Math.max(bitLength(m), bitLength(n))) - 1n; bit >= 0n; bit--) {
      total = double(curve, total);
      const chosen = Number((m >> bit) & 1n) + 2 * Number((n >> bit) & 1n);
      if (chosen) total = add(curve, total, addends[chosen]);
    }
    return total;
  }

  function double({ p }, [x, y, z]) {
    if (z === 0n || y === 0n) return INFINITY;
    const square = mod(y * y, p), s = mod(4n * x * square, p), m = mod(3n * (x - z * z) * (x + z * z), p);
    const newX = mod(m * m - 2n * s, p);
    return [newX, mod(m * (s - newX) - 8n * square * square, p), mod(2n * y * z, p)];
  }

  function add(curve, a, b) {
    const { p } = curve;
    if (a[2] === 0n) return b;
    if (b[2] === 0n) return a;
    const aSquare = mod(a[2] * a[2], p), bSquare = mod(b[2] * b[2], p);
    const u = mod(a[0] * bSquare, p), v = mod(b[0] * aSquare, p);
    const s = mod(a[1] * b[2] * bSquare, p), t = mod(b[1] * a[2] * aSquare, p);
    if (u === v) return s === t ? double(curve, a) : INFINITY;
    const h = mod(v - u, p), r = mod(t - s, p), hSquare = mod(h * h, p), hCube = mod(h * hSquare, p);
    const shared = mod(u * hSquare, p), x = mod(r * r - hCube - 2n * shared, p);
    return [x, mod(r * (shared - x) - s * hCube, p), mod(h * a[2] * b[2], p)];
  }

  return { decodedPoint, verifies };
})();
