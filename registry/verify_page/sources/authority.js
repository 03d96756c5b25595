// Whose a timestamp token is, and whether it held for long enough: registry/verify/authority.py.

// `terms` are { roots, reading, until }. Answers { detail, trusted, expired, error }.
function trustIn(timestamp, others, terms, strictly) {
  const { roots, reading, until } = terms, trust = { detail: "", trusted: false, expired: null, error: null };
  if (roots === null) {
    return { ...trust, detail: "No root was given (--tsa-root): anyone can make an authority of this name." };
  }
  let path;
  try {
    path = timestamp.path(others, roots);
  } catch (error) {
    if (!(error instanceof VerificationError)) throw error;
    return { ...trust, error };
  }
  if (path === null) return { ...trust, detail: "Its certificates lead to none of the roots that were given." };
  const broken = firstDistrusted(reading, timestamp.algorithms(path), until);
  if (broken !== null) {
    return { ...trust, detail: `${UNPROVEN}: ${broken}, and nothing that holds renewed the timestamp before.` };
  }
  const led = `Its certificate leads to a root that was given, over ${path.length} certificates.`;
  const end = earliest(path.map((certificate) => certificate.notAfter));
  if (end >= until * 1000n) return { ...trust, detail: led, trusted: true };
  const expired = floorDivided(end, 1000n);
  const told = `expired at ${rfc3339(expired)}, and nothing that holds renewed the timestamp before.`;
  if (strictly) return { ...trust, detail: `${UNPROVEN}: a certificate of it ${told}` };
  return { ...trust, detail: `${led} One of them ${told}`, trusted: true, expired };
}

function tellTrust(checks, name, { detail, trusted, error }) {
  const label = `authority ${name}`;
  if (error !== null) checks.fail(label, error);
  else if (trusted) checks.attempt(label, () => [detail, true]);
  else checks.skip(label, detail);
}
