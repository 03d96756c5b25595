// Where what stands in an evidence file, and the limits of each part: registry/verify/evidence_form.py.

const EVIDENCE_VERSION = "registry/evidence/v1";
const VERSION_LABEL = "Internal-Sender-Description";
const SUBJECT_LABEL = "External-Identifier";
const OXUM_LABEL = "Payload-Oxum";
const WORK_FOLDER = "data/work/";
const ENTRY = "data/entry.json", DISCLOSURE = "data/disclosure.json";
const PROOF = "data/ledger/entry.tlog-proof", VERIFIER_KEY = "data/ledger/verifier-key.txt";
const CUSTODY = "data/custody.jsonl", VERIFIER = "data/verifier/verify.pyz", PAGE = "data/verifier/verify.html";
const CHECKLIST = "data/report/court-checklist.json";
const DRAFT_DECLARATION = "data/report/draft-declaration-fre-902.txt";
const CERTIFICATE_ENGLISH = "data/report/certificate.en.pdf", CERTIFICATE_CHINESE = "data/report/certificate.zh.pdf";
const README_ENGLISH = "README.en.txt", README_CHINESE = "README.zh.txt";
const TIMESTAMPS = "data/anchors/rfc3161/";
const TOKEN = "token.tst", CHAIN = "chain.pem", STAMPED = "checkpoint.txt", STAMPED_PROOF = "entry.tlog-proof";
const CHAINS = "data/anchors/eip155-";
const ANCHOR = "anchor.json", HEADER = "header.rlp", DESCENT = "headers-to-finalized.rlp";
const RECEIPT_PROOF = "receipt-proof.json", STORAGE_PROOF = "storage-proof.json";
const CONTRACT_SOURCE = "LedgerAnchor.sol", CONTRACT_INPUT = "LedgerAnchor.compiler-input.json";
const BITCOIN_FOLDER = "data/anchors/bitcoin/";
const OPENTIMESTAMPS_PROOF = "checkpoint.ots", BITCOIN_HEADER = "header.bin";
const EVIDENCE_RECORD = "META-INF/evidencerecord001.ers";
const RECORD_MANIFEST = "META-INF/ASiCEvidenceRecordManifest001.xml";
const PINNED = "pinned/", PINNED_ENTRIES = "entries.jsonl", PINNED_DISCLOSURE = "disclosure.json";

const LARGEST_TOKEN = 1_048_576;
const MOST_AUTHORITIES = 20;
const MOST_HEADERS = 1_024;
const LARGEST_HEADERS = 4_194_304;
const LARGEST_NODES = 1_048_576;
const MOST_ENTRIES_BETWEEN = 4_096;
const LARGEST_ENTRIES = 16_777_216;

const KNOWN = [
  MIMETYPE_NAME, DECLARATION_NAME, INFO_NAME, PAYLOAD_SHA256, PAYLOAD_SHA512, TAGS_SHA256, ENTRY, DISCLOSURE, PROOF,
  VERIFIER_KEY, CUSTODY, VERIFIER, PAGE, CHECKLIST, DRAFT_DECLARATION, CERTIFICATE_ENGLISH, CERTIFICATE_CHINESE,
  README_ENGLISH, README_CHINESE, EVIDENCE_RECORD, RECORD_MANIFEST,
];
const OF_AN_AUTHORITY = anyOf(TOKEN, CHAIN, STAMPED, STAMPED_PROOF);
const OF_A_CHAIN = anyOf(
  ...[ANCHOR, HEADER, DESCENT, RECEIPT_PROOF, STORAGE_PROOF, STAMPED_PROOF, CONTRACT_SOURCE, CONTRACT_INPUT],
  ...[HEADER, PINNED_ENTRIES, PINNED_DISCLOSURE].map((name) => PINNED + name),
);
const KNOWN_PATTERN = new RegExp(
  `^(?:${WORK_FOLDER}[^/]+|${TIMESTAMPS}[^/]+/${OF_AN_AUTHORITY}|${CHAINS}[0-9]+/${OF_A_CHAIN}` +
    `|${BITCOIN_FOLDER}${anyOf(OPENTIMESTAMPS_PROOF, BITCOIN_HEADER, STAMPED, STAMPED_PROOF)}` +
    "|META-INF/(?:ASiCManifest[0-9]{3}\\.xml|timestamp[0-9]{3}\\.tst))$",
);

function anyOf(...names) {
  return `(?:${names.map((name) => name.replaceAll(".", "\\.")).join("|")})`;
}

function isKnown(name) {
  return KNOWN.includes(name) || KNOWN_PATTERN.test(name);
}
