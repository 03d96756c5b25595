// Every file against the manifests: registry/verify/manifest_check.py.

const OF_A_RENEWAL = [EVIDENCE_RECORD, RECORD_MANIFEST];

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
  const elsewhere = [TAGS_SHA256, ...OF_A_RENEWAL];
  const unlisted = [...container.members.keys()].filter((path) => !everywhere.has(path) && !elsewhere.includes(path));
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
