// RSASSA-PKCS1-v1_5 verification (RFC 8017, section 8.2.2): registry/verify/rsa.py.

const SMALLEST_MODULUS = 2048, LARGEST_MODULUS = 8192;
const LARGEST_EXPONENT = 2n ** 32n;
const DIGEST_INFO = {
  sha256: fromHex("3031300d060960864801650304020105000420"),
  sha384: fromHex("3041300d060960864801650304020205000430"),
  sha512: fromHex("3051300d060960864801650304020305000440"),
};

function rsaVerifies(modulus, exponent, digestName, digest, signature) {
  const bits = modulus > 0n ? bitLength(modulus) : 0, length = (bits + 7) >> 3;
  if (!(bits >= SMALLEST_MODULUS && bits <= LARGEST_MODULUS && modulus & 1n)) return false;
  if (!(exponent > 2n && exponent < LARGEST_EXPONENT && exponent & 1n)) return false;
  const number = toNumber(signature);
  if (signature.length !== length || number >= modulus) return false;
  const info = joined(DIGEST_INFO[digestName], digest);
  const filling = new Uint8Array(length - info.length - 3).fill(0xff);
  const expected = joined(Uint8Array.of(0, 1), filling, Uint8Array.of(0), info);
  return same(toBytes(powerModulo(number, exponent, modulus), length), expected);
}
