// Headers of Ethereum's blocks, receipts and accounts: registry/verify/ethereum_block.py. Numbers and times are BigInt.

const LARGEST_HEADER = 4_096;
const FEWEST_HEADER_FIELDS = 15, MOST_HEADER_FIELDS = 64;
const LARGEST_TRANSACTION_RECEIPT = 1_048_576;
const ADDRESS_BYTES = 20;
const BLOOM_BYTES = 256;
const MOST_TOPICS = 4;
const HIGHEST_RECEIPT_TYPE = 0x7f;

function parseHeader(encoded) {
  if (encoded.length > LARGEST_HEADER) throw new Malformed(`A block's header has more than ${LARGEST_HEADER} bytes.`);
  const fields = decodeRlpList(encoded);
  if (fields.length < FEWEST_HEADER_FIELDS || fields.length > MOST_HEADER_FIELDS) {
    throw new Malformed(`A block's header has ${fields.length} fields.`);
  }
  return {
    hash: keccak256(encoded),
    parent: rlpBytes(fields[0], HASH_BYTES),
    stateRoot: rlpBytes(fields[3], HASH_BYTES),
    receiptsRoot: rlpBytes(fields[5], HASH_BYTES),
    number: rlpInteger(fields[8]),
    time: rlpInteger(fields[11]),
  };
}

// The last header, once each is shown to be the child of the one before.
function checkDescent(first, following) {
  let newest = first;
  for (const header of following) {
    if (!same(header.parent, newest.hash)) {
      throw new Contradiction(`Block ${header.number} is not the child of the block before it.`, {
        expected: newest.hash,
        found: header.parent,
      });
    }
    if (header.number !== newest.number + 1n) {
      throw new Contradiction("The number of a block does not follow its parent's.", {
        expected: newest.number + 1n,
        found: header.number,
      });
    }
    newest = header;
  }
  return newest;
}

function parseTransactionReceipt(encoded) {
  if (!(encoded.length > 0 && encoded.length <= LARGEST_TRANSACTION_RECEIPT)) {
    throw new Malformed(`A receipt has from 1 to ${LARGEST_TRANSACTION_RECEIPT} bytes.`);
  }
  const fields = decodeRlpList(encoded[0] <= HIGHEST_RECEIPT_TYPE ? encoded.slice(1) : encoded);
  if (fields.length !== 4) throw new Malformed(`A receipt has ${fields.length} fields instead of 4.`);
  const status = rlpBytes(fields[0]), succeeded = status.length === 1 && status[0] === 1;
  if (status.length && !succeeded) {
    throw new Malformed("A receipt does not say whether its transaction succeeded.");
  }
  rlpBytes(fields[2], BLOOM_BYTES);
  return { succeeded, logs: rlpList(fields[3]).map(parseLog) };
}

function parseLog(item) {
  const fields = rlpList(item);
  if (fields.length !== 3) throw new Malformed(`An event has ${fields.length} fields instead of 3.`);
  const topics = rlpList(fields[1]).map((topic) => rlpBytes(topic, HASH_BYTES));
  if (topics.length > MOST_TOPICS) throw new Malformed(`An event has more than ${MOST_TOPICS} topics.`);
  return { address: rlpBytes(fields[0], ADDRESS_BYTES), topics, content: rlpBytes(fields[2]) };
}

function parseAccount(encoded) {
  const fields = decodeRlpList(encoded);
  if (fields.length !== 4) throw new Malformed(`An account has ${fields.length} fields instead of 4.`);
  return { storageRoot: rlpBytes(fields[2], HASH_BYTES), codeHash: rlpBytes(fields[3], HASH_BYTES) };
}
