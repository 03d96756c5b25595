// Recursive Length Prefix: registry/verify/rlp.py. An item is bytes or an array of items.

const DEEPEST_RLP = 16;
const RLP_STRING = 0x80, RLP_LONG_STRING = 0xb7, RLP_LIST = 0xc0, RLP_LONG_LIST = 0xf7;
const RLP_SHORT = 55;

function encodeRlp(item) {
  if (item instanceof Uint8Array) {
    if (item.length === 1 && item[0] < RLP_STRING) return item;
    return joined(rlpPrefix(item.length, RLP_STRING, RLP_LONG_STRING), item);
  }
  const content = joined(...item.map(encodeRlp));
  return joined(rlpPrefix(content.length, RLP_LIST, RLP_LONG_LIST), content);
}

function rlpPrefix(length, short, long) {
  if (length <= RLP_SHORT) return Uint8Array.of(short + length);
  const digits = integerBytes(BigInt(length));
  return joined(Uint8Array.of(long + digits.length), digits);
}

function integerBytes(number) {
  return toBytes(number, (bitLength(number) + 7) >> 3);
}

function decodeRlp(encoded) {
  const [item, end] = decodedRlp(encoded, 0, 0);
  if (end !== encoded.length) throw new Malformed("There are bytes behind the end of an RLP item.");
  return item;
}

function decodeRlpList(encoded) {
  return rlpList(decodeRlp(encoded));
}

function rlpList(item) {
  if (item instanceof Uint8Array) throw new Malformed("An RLP item is a byte string where a list belongs.");
  return item;
}

function rlpBytes(item, length = null) {
  if (!(item instanceof Uint8Array)) throw new Malformed("An RLP item is a list where a byte string belongs.");
  if (length !== null && item.length !== length) {
    throw new Malformed(`An RLP item has ${item.length} bytes instead of ${length}.`);
  }
  return item;
}

function rlpInteger(item, longest = 8) {
  const content = rlpBytes(item);
  if (content.length > longest || content[0] === 0) {
    throw new Malformed(`An RLP item is no whole number of up to ${longest} bytes.`);
  }
  return toNumber(content);
}

function decodedRlp(encoded, place, depth) {
  if (depth > DEEPEST_RLP) throw new Malformed(`An RLP item is nested deeper than ${DEEPEST_RLP} levels.`);
  if (place >= encoded.length) throw new Malformed("An RLP item ends before it begins.");
  const first = encoded[place];
  if (first < RLP_STRING) return [encoded.slice(place, place + 1), place + 1];
  const isList = first >= RLP_LIST;
  let [start, end] = isList
    ? rlpContent(encoded, place, RLP_LIST, RLP_LONG_LIST)
    : rlpContent(encoded, place, RLP_STRING, RLP_LONG_STRING);
  if (!isList) {
    const content = encoded.slice(start, end);
    if (content.length === 1 && content[0] < RLP_STRING) {
      throw new Malformed("An RLP item of one byte is not in its shortest form.");
    }
    return [content, end];
  }
  const items = [];
  while (start < end) {
    const [item, next] = decodedRlp(encoded, start, depth + 1);
    items.push(item);
    start = next;
  }
  if (start !== end) throw new Malformed("An RLP item reaches beyond the end of its list.");
  return [items, end];
}

function rlpContent(encoded, place, short, long) {
  const first = encoded[place];
  let start = place + 1, length = first - short;
  if (first > long) {
    start += first - long;
    const digits = encoded.slice(place + 1, start);
    length = Number(toNumber(digits));
    if (digits[0] === 0 || length <= RLP_SHORT) {
      throw new Malformed("The length of an RLP item is not in its shortest form.");
    }
  }
  if (start + length > encoded.length) throw new Malformed("An RLP item is longer than what is there.");
  return [start, start + length];
}
