// X.509 certificates of timestamp authorities (RFC 5280), and the path to a root: registry/verify/certificate.py.

const MOST_CERTIFICATES = 20;
const LONGEST_PATH = 5;
const MOST_NAMESAKES = 2, MOST_ROOT_NAMESAKES = 10;
const RSA_KEY = "1.2.840.113549.1.1.1", EC_KEY = "1.2.840.10045.2.1";
const SIGNATURES = new Map([
  ["1.2.840.113549.1.1.11", "sha256"],
  ["1.2.840.113549.1.1.12", "sha384"],
  ["1.2.840.113549.1.1.13", "sha512"],
  ["1.2.840.10045.4.3.2", "sha256"],
  ["1.2.840.10045.4.3.3", "sha384"],
  ["1.2.840.10045.4.3.4", "sha512"],
]);
const BASIC_CONSTRAINTS = "2.5.29.19", KEY_USAGE = "2.5.29.15", EXTENDED_KEY_USAGE = "2.5.29.37";
const UNDERSTOOD = [BASIC_CONSTRAINTS, KEY_USAGE, EXTENDED_KEY_USAGE, "2.5.29.32"];
const TIME_STAMPING = "1.3.6.1.5.5.7.3.8";

function verifySignature(key, algorithm, digestName, message, signature) {
  const name = SIGNATURES.get(algorithm) ?? (algorithm === RSA_KEY ? digestName : null);
  if (name === null) throw new Malformed(`Signatures of the algorithm ${algorithm} cannot be checked here.`);
  if (digestName !== null && digestName !== name) {
    throw new Malformed("The signature is over another digest than its algorithm says.");
  }
  const digest = digestOf(name, message);
  let verified;
  if (algorithm.startsWith("1.2.840.10045.4.")) {
    const curve = CURVES.get(key.curve ?? "");
    const point = curve === undefined || key.algorithm !== EC_KEY ? null : Ecdsa.decodedPoint(curve, key.key);
    if (point === null) {
      throw new Malformed("An ECDSA signature is said to be made with a key that is on no known curve.");
    }
    verified = Ecdsa.verifies(curve, point, digest, twoIntegers(signature));
  } else {
    if (key.algorithm !== RSA_KEY) throw new Malformed("An RSA signature is said to be made with another kind of key.");
    verified = rsaVerifies(...twoIntegers(key.key), name, digest, signature);
  }
  if (!verified) throw new Contradiction("A signature does not verify.");
}

function parseCertificate(encoded) {
  const outer = parseDer(encoded).children(SEQUENCE);
  if (outer.length !== 3) throw new Malformed("A certificate has three parts.");
  const fields = outer[0].children(SEQUENCE);
  if (fields.length && fields[0].tag === contextTag(0)) fields.shift().onlyChild().integer();
  if (fields.length < 6) throw new Malformed("A certificate lacks some of its fields.");
  const [serial, algorithm, issuer, validity, subject, key] = fields;
  if (!same(algorithm.encoded, outer[1].encoded)) throw new Malformed("A certificate names two signature algorithms.");
  const times = validity.children(SEQUENCE);
  if (times.length !== 2) throw new Malformed("A certificate's validity has two times.");
  return {
    encoded,
    signed: outer[0].encoded,
    signatureAlgorithm: algorithmOf(algorithm)[0],
    signature: outer[2].bits(),
    serial: serial.integer(),
    issuer: issuer.expect(SEQUENCE).encoded,
    subject: subject.expect(SEQUENCE).encoded,
    notBefore: times[0].microseconds(),
    notAfter: times[1].microseconds(),
    publicKey: parsePublicKey(key),
    extensions: parseExtensions(fields.slice(6)),
  };
}

function keyUsage(certificate) {
  const value = certificate.extensions.get(KEY_USAGE);
  return value === undefined ? null : parseDer(value.value).flags();
}

function checkForTimestamps(certificate) {
  const { critical, value } = certificate.extensions.get(EXTENDED_KEY_USAGE) ?? { critical: false, value: [] };
  const purposes = value.length ? parseDer(value).children(SEQUENCE).map((one) => one.identifier()) : [];
  if (!critical || purposes.length !== 1 || purposes[0] !== TIME_STAMPING) {
    throw new Malformed("The authority's certificate is not one for timestamps alone.");
  }
  const usage = keyUsage(certificate);
  if (usage !== null && !usage.has(0) && !usage.has(1)) {
    throw new Malformed("The authority's certificate is not one for signatures.");
  }
}

function checkMayIssue(certificate, below) {
  const value = certificate.extensions.get(BASIC_CONSTRAINTS)?.value ?? [];
  const constraints = value.length ? parseDer(value).children(SEQUENCE) : [];
  if (!constraints.length || constraints[0].tag !== BOOLEAN || !constraints[0].boolean()) {
    throw new Malformed("A certificate on the path is not one of an issuer.");
  }
  if (constraints.length > 1 && constraints[1].integer() < below) {
    throw new Malformed("The path is longer than one of its issuers allows.");
  }
  const usage = keyUsage(certificate);
  if (usage !== null && !usage.has(5)) throw new Malformed("A certificate on the path may not sign certificates.");
}

function checkValidAt(certificate, moment) {
  if (!(certificate.notBefore <= moment && moment <= certificate.notAfter)) {
    throw new Contradiction("A certificate on the path was not valid at the time of the timestamp.");
  }
  for (const [identifier, { critical }] of certificate.extensions) {
    if (critical && !UNDERSTOOD.includes(identifier)) {
      throw new Malformed(`A certificate on the path has a critical extension ${identifier}, not known here.`);
    }
  }
}

function algorithmsOfSignature(algorithm, digestName = null) {
  const kind = algorithm.startsWith("1.2.840.10045.4.") ? "ecdsa" : "rsa";
  return [kind, SIGNATURES.get(algorithm) ?? digestName].filter((name) => name !== null);
}

function pathToRoot(certificate, others, roots, moment) {
  const path = [certificate], isAmong = (one, list) => list.some((other) => same(other.encoded, one.encoded));
  checkValidAt(certificate, moment);
  for (;;) {
    const last = path[path.length - 1];
    if (isAmong(last, roots)) return path;
    const issuer = issuerOf(last, roots, MOST_ROOT_NAMESAKES) ?? issuerOf(last, others, MOST_NAMESAKES);
    if (issuer === null || isAmong(issuer, path) || path.length === LONGEST_PATH) return null;
    checkValidAt(issuer, moment);
    if (issuer.extensions.size || !isAmong(issuer, roots)) checkMayIssue(issuer, path.length - 1);
    path.push(issuer);
  }
}

function issuerOf(certificate, candidates, most) {
  const namesakes = new Map();
  for (const one of candidates) if (same(one.subject, certificate.issuer)) namesakes.set(toHex(one.encoded), one);
  for (const candidate of [...namesakes.values()].slice(0, most)) {
    try {
      verifySignature(
        candidate.publicKey,
        certificate.signatureAlgorithm,
        null,
        certificate.signed,
        certificate.signature,
      );
    } catch (error) {
      if (!(error instanceof VerificationError)) throw error;
      continue;
    }
    return candidate;
  }
  return null;
}

function parseCertificates(content) {
  if (content[0] === SEQUENCE) return [parseCertificate(content)];
  let text = "";
  for (const byte of content) text += String.fromCharCode(byte);
  const form = /-----BEGIN CERTIFICATE-----\r?\n([A-Za-z0-9+/=\r\n]+)-----END CERTIFICATE-----/g;
  const found = [...text.matchAll(form)].map(([, block]) => parseCertificate(looseBase64(block)));
  if (!(found.length > 0 && found.length <= MOST_CERTIFICATES)) {
    throw new Malformed(`A file has 1 to ${MOST_CERTIFICATES} certificates here; this one has ${found.length}.`);
  }
  return found;
}

// As Python's binascii reads base64 that is not strict: up to the padding that ends a group of four.
function looseBase64(block) {
  let digits = "", padding = 0;
  for (const one of block) {
    if (one === "=") {
      if (digits.length % 4 >= 2 && (digits.length % 4) + ++padding >= 4) return decodedBase64(digits);
    } else if (BASE64.includes(one)) {
      digits += one;
      padding = 0;
    }
  }
  if (digits.length % 4) throw new Malformed("A certificate in the file is not base64.");
  return decodedBase64(digits);
}

function algorithmOf(element) {
  const parts = element.children(SEQUENCE);
  if (!(parts.length >= 1 && parts.length <= 2)) {
    throw new Malformed("An algorithm is an identifier and at most one parameter.");
  }
  let parameter = parts[1] ?? null;
  if (parameter !== null && parameter.tag === NULL) {
    if (parameter.content.length) throw new Malformed("An algorithm's empty parameter is not empty.");
    parameter = null;
  }
  return [parts[0].identifier(), parameter];
}

function parsePublicKey(element) {
  const parts = element.children(SEQUENCE);
  if (parts.length !== 2) throw new Malformed("A public key has an algorithm and a value.");
  const [algorithm, parameter] = algorithmOf(parts[0]);
  const curve = parameter !== null && parameter.tag === OBJECT_IDENTIFIER ? parameter.identifier() : null;
  return { algorithm, curve, key: parts[1].bits() };
}

function parseExtensions(fields) {
  const found = new Map();
  for (const field of fields) {
    if (field.tag !== contextTag(3)) continue;
    for (const extension of field.onlyChild().children(SEQUENCE)) {
      const parts = extension.children(SEQUENCE);
      if (parts.length !== 2 && parts.length !== 3) throw new Malformed("An extension has two or three parts.");
      const critical = parts.length === 3 && parts[1].boolean(), identifier = parts[0].identifier();
      if (found.has(identifier)) throw new Malformed("A certificate has an extension twice.");
      found.set(identifier, { critical, value: parts[parts.length - 1].octets() });
    }
  }
  return found;
}

function twoIntegers(encoded) {
  const parts = parseDer(encoded).children(SEQUENCE);
  if (parts.length !== 2) throw new Malformed("A pair of numbers holds two.");
  return [parts[0].integer(), parts[1].integer()];
}
