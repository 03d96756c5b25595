// A file of any kind that this verifier knows: registry/verify/file.py.

// `content` is the whole file; what is given from elsewhere: bytes, a text, certificates and known blocks, or null;
// and the reading, which is always given.
function verifyFile(content, given) {
  if (content[0] === 0x7b && content[1] === 0x22) {
    return verifyReceipt(content.subarray(0, LARGEST_RECEIPT + 1), given);
  }
  return verifyEvidence(content, given);
}
