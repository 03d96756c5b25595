// The texts of a BagIt bag (RFC 8493), and every file against them: registry/verify/bag.py and manifest_check.py.

const DECLARATION_NAME = "bagit.txt";
const DECLARATION = bytesOf("BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n");
const INFO_NAME = "bag-info.txt";
const PAYLOAD_FOLDER = "data/";
const PAYLOAD_SHA256 = "manifest-sha256.txt", PAYLOAD_SHA512 = "manifest-sha512.txt";
const TAGS_SHA256 = "tagmanifest-sha256.txt";
const LARGEST_TEXT = 1_048_576;
const UNPROVEN = "UNPROVEN";

function sorted(names) {
  return [...names].sort((one, other) => (one < other ? -1 : one > other ? 1 : 0));
}

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

function digestsOf(checks, container) {
  const found = new Map();
  for (const name of container.members.keys()) {
    try {
      const content = container.whole(name);
      found.set(name, { sha256: sha256(content), sha512: digestOf("sha512", content) });
    } catch (error) {
      if (!(error instanceof VerificationError)) throw error;
      checks.fail(`file ${name}`, error);
    }
  }
  return found;
}

function checkManifests(checks, container, digests) {
  const listed = new Map();
  for (const [name, length] of [[PAYLOAD_SHA256, 32], [PAYLOAD_SHA512, 64], [TAGS_SHA256, 32]]) {
    try {
      listed.set(name, parseManifest(container.read(name, LARGEST_TEXT), length));
      checkScope(name, listed.get(name));
    } catch (error) {
      if (!(error instanceof VerificationError)) throw error;
      checks.fail(`file ${name}`, error);
      if (!listed.has(name)) listed.set(name, new Map());
    }
  }
  let wrong = false;
  for (const [name, entries] of listed) {
    for (const [path, expected] of entries) {
      try {
        checkListed(path, name, expected, container, digests);
      } catch (error) {
        if (!(error instanceof VerificationError)) throw error;
        wrong = true;
        checks.fail(`file ${path}`, error);
      }
    }
  }
  const everywhere = new Set([...listed.values()].flatMap((entries) => [...entries.keys()]));
  const unlisted = [...container.members.keys()].filter((path) => !everywhere.has(path) && path !== TAGS_SHA256);
  for (const path of unlisted) {
    checks.skip(`file ${path}`, `${UNPROVEN}: no manifest lists it, so nothing in here speaks for it.`);
  }
  const [one, other] = [listed.get(PAYLOAD_SHA256), listed.get(PAYLOAD_SHA512)];
  const oneSided = [...one.keys()].filter((path) => !other.has(path));
  oneSided.push(...[...other.keys()].filter((path) => !one.has(path)));
  if (!wrong && !oneSided.length) {
    checks.attempt("manifests", () => [`${everywhere.size} files are as the manifests list them.`, true]);
  }
  for (const path of sorted(oneSided)) {
    checks.fail(`file ${path}`, new Malformed("One of the two payload manifests does not list it."));
  }
  return unlisted;
}

function checkScope(manifest, entries) {
  for (const path of entries.keys()) {
    if (path.startsWith(PAYLOAD_FOLDER) !== (manifest !== TAGS_SHA256) || path === TAGS_SHA256) {
      throw new Malformed(`It lists ${path}, which is not its to list.`);
    }
  }
}

function checkListed(path, manifest, expected, container, digests) {
  if (!container.members.has(path)) throw new Malformed(`It is missing; ${manifest} lists it.`);
  if (!digests.has(path)) return;
  const found = manifest === PAYLOAD_SHA512 ? digests.get(path).sha512 : digests.get(path).sha256;
  if (!same(found, expected)) {
    throw new Contradiction(`It is not the file that ${manifest} lists.`, { expected, found });
  }
}
