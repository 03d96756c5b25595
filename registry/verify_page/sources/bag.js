// The texts of a BagIt bag (RFC 8493): registry/verify/bag.py.

const DECLARATION_NAME = "bagit.txt";
const DECLARATION = bytesOf("BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n");
const INFO_NAME = "bag-info.txt";
const PAYLOAD_FOLDER = "data/";
const PAYLOAD_SHA256 = "manifest-sha256.txt", PAYLOAD_SHA512 = "manifest-sha512.txt";
const TAGS_SHA256 = "tagmanifest-sha256.txt";
const LARGEST_TEXT = 1_048_576;

function parseManifest(content, digestBytes) {
  const text = utf8Text(content), listed = new Map();
  for (const line of text.split("\n").slice(0, -1)) {
    const [digest, , path] = partition(line, "  ");
    if (!path || /[^\x00-\x7f]/.test(path)) {
      throw new Malformed(`The manifest has the line ${quoted(line)}, which names no file.`);
    }
    listed.set(path, hexBytes(digest, digestBytes));
  }
  if (sorted(listed.keys()).map((path) => `${toHex(listed.get(path))}  ${path}\n`).join("") !== text) {
    throw new Malformed("The manifest does not reproduce itself.");
  }
  return listed;
}

function parseInformation(content) {
  const text = utf8Text(content), labels = new Map();
  for (const line of text.split("\n").slice(0, -1)) {
    const [label, , value] = partition(line, ": ");
    if (!/^[A-Z][A-Za-z-]{0,60}$/.test(label) || !value || !isPrintable(value)) {
      throw new Malformed(`${INFO_NAME} has the line ${quoted(line)}, which says nothing.`);
    }
    labels.set(label, value);
  }
  if ([...labels].map(([label, value]) => `${label}: ${value}\n`).join("") !== text) {
    throw new Malformed(`${INFO_NAME} does not reproduce itself.`);
  }
  return labels;
}

function payloadOxum(members) {
  const payload = members.filter((member) => member.name.startsWith(PAYLOAD_FOLDER));
  return `${payload.reduce((sum, member) => sum + member.size, 0)}.${payload.length}`;
}
