// Timestamps over a whole container: registry/verify/asic.py.

const META = "META-INF/";
const NAMESPACES =
  'xmlns:asic="http://uri.etsi.org/02918/v1.2.1#" xmlns:ds="http://www.w3.org/2000/09/xmldsig#"';

function containerManifest(number, digests) {
  const isListed = (name) => name !== MIMETYPE_NAME && name !== TAGS_SHA256 && !name.startsWith(META);
  const reference = `URI="${META}timestamp${number}.tst" MimeType="application/vnd.etsi.timestamp-token"`;
  return asicManifest(reference, "sha256", digests, isListed);
}

function isRecorded(name) {
  return ![MIMETYPE_NAME, EVIDENCE_RECORD, RECORD_MANIFEST].includes(name);
}

function recordManifest(digestName, digests) {
  return asicManifest(`URI="${EVIDENCE_RECORD}"`, digestName, digests, isRecorded);
}

function asicManifest(reference, digestName, digests, isListed) {
  const references = sorted(digests.keys()).filter(isListed).map(
    (name) =>
      `  <asic:DataObjectReference URI="${name}">\n` +
      `    <ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#${digestName}"/>\n` +
      `    <ds:DigestValue>${base64Text(digests.get(name)[digestName])}</ds:DigestValue>\n` +
      "  </asic:DataObjectReference>\n",
  );
  return bytesOf(
    '<?xml version="1.0" encoding="UTF-8"?>\n' +
      `<asic:ASiCManifest ${NAMESPACES}>\n` +
      `  <asic:SigReference ${reference}/>\n` +
      references.join("") +
      "</asic:ASiCManifest>\n",
  );
}

function checkContainerTimestamps(checks, container, digests, terms) {
  const numbers = Array.from({ length: 1000 }, (_, number) => String(number).padStart(3, "0")).filter(
    (number) =>
      container.members.has(`${META}ASiCManifest${number}.xml`) || container.members.has(`${META}timestamp${number}.tst`),
  );
  if (numbers.length > MOST_AUTHORITIES) {
    const error = new Malformed(`There are more than ${MOST_AUTHORITIES} timestamps over the whole file.`);
    checks.fail("timestamps", error);
    return [];
  }
  return numbers.flatMap((number) =>
    witnessOf(checks, `whole-file-${number}`, terms, () => stampedContainer(container, digests, number)),
  );
}

function stampedContainer(container, digests, number) {
  const expected = containerManifest(number, digests), name = `${META}ASiCManifest${number}.xml`;
  if (!same(container.read(name, Math.max(expected.length, LARGEST_TEXT)), expected)) {
    throw new Contradiction(`${name} is not the list of the files in here.`);
  }
  const timestamp = Timestamp.parse(container.read(`${META}timestamp${number}.tst`, LARGEST_TOKEN));
  timestamp.checkOf(expected);
  timestamp.checkSignature();
  return [
    "A token over the list of all files in here; signed as it says by the certificate in it.",
    { timestamp, chain: [] },
  ];
}
