// Timestamp tokens (RFC 3161): registry/verify/timestamp.py. Times are BigInt, in microseconds.

const DIGESTS = new Map([
  ["2.16.840.1.101.3.4.2.1", "sha256"],
  ["2.16.840.1.101.3.4.2.2", "sha384"],
  ["2.16.840.1.101.3.4.2.3", "sha512"],
]);
const SIGNED_DATA = "1.2.840.113549.1.7.2", TST_INFO = "1.2.840.113549.1.9.16.1.4";
const CONTENT_TYPE = "1.2.840.113549.1.9.3", MESSAGE_DIGEST = "1.2.840.113549.1.9.4";
const SIGNING_CERTIFICATE = "1.2.840.113549.1.9.16.2.12", SIGNING_CERTIFICATE_V2 = "1.2.840.113549.1.9.16.2.47";

class Timestamp {
  // The latest moment, in milliseconds, at which it can have been made.
  get latest() {
    const sum = this.time + this.accuracy, whole = sum / 1000n;
    return sum > 0n && sum % 1000n ? whole + 1n : whole;
  }

  static parse(encoded) {
    const [kind, content] = pairOf(parseDer(encoded));
    if (kind.identifier() !== SIGNED_DATA) throw new Malformed("The token is no signed data.");
    const fields = content.expect(contextTag(0)).onlyChild().children(SEQUENCE);
    if (fields.length < 4) throw new Malformed("The token lacks some of its fields.");
    const version = fields[0].integer(), digests = fields[1].children(SET).map(algorithmNamed);
    const wrapped = fields[2].children(SEQUENCE), signers = fields[fields.length - 1].children(SET);
    if (wrapped.length !== 2 || wrapped[0].identifier() !== TST_INFO || signers.length !== 1) {
      throw new Malformed("The token is not a timestamp by one signer.");
    }
    const info = wrapped[1].expect(contextTag(0)).onlyChild().octets();
    const certificates = fields
      .slice(3, -1)
      .filter((field) => field.tag === contextTag(0))
      .flatMap((field) => field.children().map((one) => parseCertificate(one.encoded)));
    const signer = parseSigner(signers[0]);
    if (![3n, 4n, 5n].includes(version) || !digests.includes(signer.digestIdentifier)) {
      throw new Malformed("The token's frame is not the one of a timestamp.");
    }
    if (certificates.length > MOST_CERTIFICATES) {
      throw new Malformed(`The token has more than ${MOST_CERTIFICATES} certificates.`);
    }
    return Object.assign(new Timestamp(), parseInfo(info), { info, certificates, signer });
  }

  checkOf(message) {
    const found = digestOf(this.digestName, message);
    if (!same(found, this.digest)) {
      throw new Contradiction("The timestamp is one of something else.", { expected: this.digest, found });
    }
  }

  checkSignature(others = []) {
    const { signer } = this, certificate = [...this.certificates, ...others].find((one) => isBy(signer, one));
    if (certificate === undefined) {
      throw new Malformed("The certificate that the token is signed with is not at hand.");
    }
    checkForTimestamps(certificate);
    checkAttributes(signer, this.info, certificate);
    const message = joined(Uint8Array.of(SET), signer.attributes.encoded.slice(1));
    const digestName = knownDigest(signer.digestIdentifier);
    verifySignature(certificate.publicKey, signer.algorithm, digestName, message, signer.signature);
    return certificate;
  }

  path(others, roots) {
    return pathToRoot(this.checkSignature(others), [...this.certificates, ...others], roots, this.time);
  }

  algorithms(path) {
    const { algorithm, digestIdentifier } = this.signer;
    return new Set([
      this.digestName,
      ...algorithmsOfSignature(algorithm, knownDigest(digestIdentifier)),
      ...path.slice(0, -1).flatMap((certificate) => algorithmsOfSignature(certificate.signatureAlgorithm)),
    ]);
  }
}

function parseSigner(element) {
  const fields = element.children(SEQUENCE);
  if (fields.length < 6) throw new Malformed("The token's signer lacks some of its fields.");
  const [version, who, digest, attributes, algorithm, signature] = fields;
  if (version.integer() !== (who.tag === SEQUENCE ? 1n : 3n)) {
    throw new Malformed("The token's signer is not named as its version says.");
  }
  let issuer = null, serial = null, key = null;
  if (who.tag === SEQUENCE) {
    const [name, number] = pairOf(who);
    [issuer, serial] = [name.encoded, number.integer()];
  } else key = who.expect(contextTag(0, false)).content;
  return {
    issuer,
    serial,
    key,
    digestIdentifier: algorithmNamed(digest),
    attributes: attributes.expect(contextTag(0)),
    algorithm: algorithmNamed(algorithm),
    signature: signature.octets(),
  };
}

function isBy(signer, certificate) {
  if (signer.issuer !== null) return same(certificate.issuer, signer.issuer) && certificate.serial === signer.serial;
  const value = certificate.extensions.get("2.5.29.14")?.value ?? [];
  return value.length > 0 && same(parseDer(value).octets(), signer.key);
}

function checkAttributes(signer, info, certificate) {
  const found = new Map();
  for (const attribute of signer.attributes.children()) {
    const [kind, values] = pairOf(attribute), identifier = kind.identifier();
    if (found.has(identifier)) throw new Malformed("The token has an attribute twice.");
    found.set(identifier, values.onlyChild(SET));
  }
  if (!found.has(CONTENT_TYPE) || found.get(CONTENT_TYPE).identifier() !== TST_INFO) {
    throw new Malformed("The token's signature is not said to be over a timestamp.");
  }
  if (!found.has(MESSAGE_DIGEST)) {
    throw new Malformed("The token's signature does not name the digest of the timestamp.");
  }
  const expected = digestOf(knownDigest(signer.digestIdentifier), info), digest = found.get(MESSAGE_DIGEST).octets();
  if (!same(digest, expected)) {
    throw new Contradiction("The token's signature is over another timestamp.", { expected, found: digest });
  }
  const named = found.get(SIGNING_CERTIFICATE_V2) ?? found.get(SIGNING_CERTIFICATE);
  if (named === undefined) {
    throw new Malformed("The token does not name the certificate that it is signed with (RFC 3161, section 2.4.2).");
  }
  checkNamed(named, certificate, !found.has(SIGNING_CERTIFICATE_V2));
}

function checkNamed(named, certificate, sha1) {
  const lists = named.children(SEQUENCE);
  const first = lists.length ? lists[0].children(SEQUENCE).slice(0, 1) : [];
  const parts = first.length ? first[0].children(SEQUENCE) : [];
  if (!parts.length) throw new Malformed("The token names no certificate that it is signed with.");
  let name = sha1 ? "sha1" : "sha256";
  if (!sha1 && parts[0].tag === SEQUENCE) name = digestName(parts.shift());
  const found = digestOf(name, certificate.encoded);
  if (!parts.length || !same(parts[0].octets(), found)) {
    throw new Contradiction("The token names another certificate than the one that signed it.");
  }
}

function parseInfo(info) {
  const fields = parseDer(info).children(SEQUENCE);
  if (fields.length < 5 || fields[0].integer() !== 1n) throw new Malformed("The timestamp is not of version 1.");
  const [, policy, imprint, serial, time] = fields, [algorithm, digest] = pairOf(imprint);
  let accuracy = 0n;
  for (const field of fields.slice(5)) {
    if (field.tag === SEQUENCE) accuracy = accuracyOf(field);
    else if (field.tag === INTEGER) field.integer();
    else if (field.tag === contextTag(1)) {
      throw new Malformed("The timestamp has extensions, and none is known here.");
    } else if (field.tag !== BOOLEAN && field.tag !== contextTag(0)) {
      throw new Malformed("The timestamp has a field that none has.");
    }
  }
  const found = { digestName: digestName(algorithm), digest: digest.octets(), accuracy };
  found.time = time.expect(GENERALIZED_TIME).microseconds();
  serial.integer();
  policy.identifier();
  return found;
}

function accuracyOf(element) {
  let total = 0n;
  for (const part of element.children(SEQUENCE)) {
    const unit = { [INTEGER]: 1_000_000n, [contextTag(0, false)]: 1_000n, [contextTag(1, false)]: 1n }[part.tag];
    const value = part.integer(part.tag);
    if (unit === undefined || value < 0n) throw new Malformed("The timestamp's accuracy is not one.");
    total += unit * value;
  }
  return total;
}

function digestName(algorithm) {
  return knownDigest(algorithmNamed(algorithm));
}

function algorithmNamed(algorithm) {
  const [identifier, parameter] = algorithmOf(algorithm);
  if (parameter !== null) {
    throw new Malformed("An algorithm of the token has a parameter, and none does that is known here.");
  }
  return identifier;
}

function knownDigest(identifier) {
  if (!DIGESTS.has(identifier)) {
    throw new Malformed("The token uses a digest that is not known here, or too weak.");
  }
  return DIGESTS.get(identifier);
}

function pairOf(element) {
  const parts = element.children(SEQUENCE);
  if (parts.length !== 2) throw new Malformed("A pair holds two values.");
  return parts;
}
