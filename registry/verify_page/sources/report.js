// What a verification found, in the words of the program: registry/verify/report.py.

const UNPROVEN = "UNPROVEN";
const PROVEN = "proven", FAILED = "failed", NOT_CHECKED = "not checked";
const NOT_BEFORE = "not before", NOT_AFTER = "not after";

class Checks {
  constructor() {
    this.made = [];
  }

  get firstFailed() {
    return this.made.find((check) => check.result === FAILED);
  }

  // `check` answers [sentence, what it found] or throws a VerificationError.
  attempt(name, check) {
    let detail, found;
    try {
      [detail, found] = check();
    } catch (error) {
      if (!(error instanceof VerificationError)) throw error;
      this.fail(name, error);
      return null;
    }
    this.made.push({ name, result: PROVEN, detail: printable(detail) });
    return found;
  }

  fail(name, error) {
    const words = error.diagnostics().split(new RegExp(`[${WHITE_SPACE}]+`)).filter(Boolean);
    this.made.push({ name, result: FAILED, detail: printable(words.join(" ")) });
  }

  skip(name, reason) {
    this.made.push({ name, result: NOT_CHECKED, detail: reason });
  }
}

// `milliseconds` is a BigInt. Null beyond the year 9999.
function rfc3339(milliseconds) {
  const second = floorDivided(milliseconds, 1000n), rest = milliseconds - second * 1000n;
  if (second < -62135596800n || second > 253402300799n) return null;
  const moment = new Date(Number(second) * 1000), two = (number) => String(number).padStart(2, "0");
  const day = `${moment.getUTCFullYear()}-${two(moment.getUTCMonth() + 1)}-${two(moment.getUTCDate())}`;
  const time = `${two(moment.getUTCHours())}:${two(moment.getUTCMinutes())}:${two(moment.getUTCSeconds())}`;
  return `${day}T${time}.${String(rest).padStart(3, "0")}Z`;
}

function timesBy(witnesses, bound) {
  return witnesses.filter((one) => one.trusted && one.bound === bound).map((one) => one.time);
}

function earliest(times) {
  return times.length ? times.reduce((first, time) => (time < first ? time : first)) : null;
}

function latest(times) {
  return times.length ? times.reduce((last, time) => (time > last ? time : last)) : null;
}

function checkInterval(checks, witnesses) {
  const last = latest(timesBy(witnesses, NOT_BEFORE)), first = earliest(timesBy(witnesses, NOT_AFTER));
  if (last === null || first === null || last <= first) return;
  const sentence = "By one trusted witness the entry was there when by another it was not yet.";
  checks.fail("interval", new Contradiction(sentence, { expected: rfc3339(last), found: rfc3339(first) }));
}

function reportJson({ summary, checks, notProven, disclosed, claimedTime, witnesses = [] }) {
  const results = checks.made.map((check) => check.result);
  const last = latest(timesBy(witnesses, NOT_BEFORE)), first = earliest(timesBy(witnesses, NOT_AFTER));
  return {
    verdict: results.includes(PROVEN) && !results.includes(FAILED) ? "proven" : "failed",
    summary,
    checks: checks.made,
    disclosed: Object.fromEntries([...disclosed].map(([name, value]) => [name, plain(value)])),
    claimed_time: claimedTime,
    not_before: last === null ? null : rfc3339(last),
    not_after: first === null ? null : rfc3339(first),
    witnesses: witnesses.map(({ expired, ...one }) => ({ ...one, time: rfc3339(one.time) })),
    not_proven: notProven,
  };
}

function plain(value) {
  if (isObject(value)) return Object.fromEntries([...value].map(([name, one]) => [name, plain(one)]));
  return Array.isArray(value) ? value.map(plain) : value;
}
