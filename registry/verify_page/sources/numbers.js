// Large numbers: between bytes (the highest first) and BigInt, and powers modulo another.

function toNumber(content) {
  return content.length ? BigInt("0x" + toHex(content)) : 0n;
}

function toBytes(number, length) {
  return fromHex(number.toString(16).padStart(2 * length, "0"));
}

// Of BigInts, rounded down also below zero, as Python divides.
function floorDivided(number, divisor) {
  return number / divisor - (number % divisor < 0n ? 1n : 0n);
}

function powerModulo(base, exponent, modulus) {
  let result = 1n;
  base %= modulus;
  for (; exponent > 0n; exponent >>= 1n) {
    if (exponent & 1n) result = (result * base) % modulus;
    base = (base * base) % modulus;
  }
  return result;
}

function inverseModulo(number, modulus) {
  let [a, b, x, y] = [((number % modulus) + modulus) % modulus, modulus, 1n, 0n];
  while (b) [a, b, x, y] = [b, a % b, y, x - (a / b) * y];
  return ((x % modulus) + modulus) % modulus;
}
