// When a file is read, and which algorithms its reader trusts no longer: registry/verify/reading.py.

const ALGORITHM_NAMES = new Map([
  ["sha256", "SHA-256"],
  ["sha384", "SHA-384"],
  ["sha512", "SHA-512"],
  ["rsa", "RSA"],
  ["ecdsa", "ECDSA"],
  ["ed25519", "Ed25519"],
  ["keccak256", "Keccak-256"],
]);
const OF_EVERY_FILE = ["sha256", "ed25519"], OF_CHAINS = ["keccak256"];

// Moments are BigInt, in milliseconds. `at` is a date or null for now, `distrusted` texts of the form NAME=DATE.
function parseReading(at, distrusted) {
  const moments = new Map();
  for (const text of distrusted) {
    const [name, equals, day] = partition(text, "=");
    if (!equals || !ALGORITHM_NAMES.has(name) || moments.has(name)) {
      const names = [...ALGORITHM_NAMES.keys()].join(", ");
      throw new Malformed(`${quoted(text)} is not NAME=DATE, NAME being one of its own of ${names}.`);
    }
    moments.set(name, beginningOf(day));
  }
  return { at: at === null ? BigInt(Date.now()) : beginningOf(at), distrusted: moments };
}

function beginningOf(day) {
  const matched = /^([0-9]{4})-([0-9]{2})-([0-9]{2})$/.exec(day);
  const [year, month, date] = matched === null ? [0, 0, 0] : matched.slice(1).map(Number);
  const moment = new Date(0);
  moment.setUTCFullYear(year, month - 1, date);
  if (year < 1 || day.endsWith("\n") || moment.getUTCMonth() !== month - 1 || moment.getUTCDate() !== date) {
    throw new Malformed(`${quoted(day)} is not a date such as 2040-01-01.`);
  }
  return BigInt(moment.getTime());
}

// In words, null if none of them was distrusted by then.
function firstDistrusted(reading, algorithms, moment) {
  const order = (one, other) => {
    const [early, late] = [reading.distrusted.get(one), reading.distrusted.get(other)];
    return early < late ? -1 : early > late ? 1 : one < other ? -1 : 1;
  };
  const name = [...algorithms].filter((one) => reading.distrusted.has(one)).sort(order)[0];
  if (name === undefined || reading.distrusted.get(name) > moment) return null;
  return `${ALGORITHM_NAMES.get(name)} was distrusted from ${rfc3339(reading.distrusted.get(name))}`;
}

function checkAlgorithms(checks, reading, renewed) {
  if (!reading.distrusted.size) return true;
  const broken = firstDistrusted(reading, OF_EVERY_FILE, renewed ?? reading.at);
  if (broken !== null) {
    const sentence = `${broken}, and nothing that holds renewed this file before: ${UNPROVEN}.`;
    checks.fail("algorithms", new Contradiction(sentence));
  } else if (renewed === null) {
    checks.attempt("algorithms", () => ["What the file rests on was trusted when it was read.", true]);
  } else {
    const detail = `Renewed in time, by ${rfc3339(renewed)}: what the file rests on was trusted then.`;
    checks.attempt("algorithms", () => [detail, true]);
  }
  return broken === null;
}
