// Detached proofs of OpenTimestamps: registry/verify/opentimestamps.py. A timestamp is an array of attestations,
// { kind, payload, height, address }, and of steps, { tag, argument, after }.

const OTS_MAGIC = fromHex("004f70656e54696d657374616d7073000050726f6f6600bf89e2e884e89294");
const OTS_VERSION = 1;
const OTS_BITCOIN = "0588960d73d71901", OTS_PENDING = "83dfe30d2ef90c8e";
const LARGEST_OTS = 65_536;
const LARGEST_OTS_MESSAGE = 4_096;
const LARGEST_OTS_PAYLOAD = 8_192;
const LONGEST_CALENDAR_ADDRESS = 1_000;
const DEEPEST_OTS = 255;
const MOST_OTS_OPERATIONS = 4_096;
const MOST_OTS_ATTESTATIONS = 64;
const LARGEST_OTS_NUMBER = 2 ** 32 - 1;
const OTS_SHA256 = 0x08, OTS_APPEND = 0xf0, OTS_PREPEND = 0xf1;
const OTS_NAMES = new Map([
  [0x02, "sha1"], [0x03, "ripemd160"], [OTS_SHA256, "sha256"], [0x67, "keccak256"],
  [OTS_APPEND, "append"], [OTS_PREPEND, "prepend"], [0xf2, "reverse"], [0xf3, "hexlify"],
]);
const OTS_ATTESTATION = 0x00, OTS_FORK = 0xff;

function parseOpenTimestamps(content) {
  const reader = new TimestampReader(content, LARGEST_OTS);
  if (!same(reader.take(OTS_MAGIC.length), OTS_MAGIC)) throw new Malformed("The file is no proof of OpenTimestamps.");
  if (reader.number() !== OTS_VERSION) throw new Malformed(`The proof is of another version than ${OTS_VERSION}.`);
  if (reader.byte() !== OTS_SHA256) throw new Malformed("The proof is one over another digest than SHA-256.");
  const digest = reader.take(HASH_BYTES), timestamp = reader.timestamp(0);
  const again = joined(OTS_MAGIC, Uint8Array.of(OTS_VERSION, OTS_SHA256), digest, encodeTimestamp(timestamp));
  if (reader.rest || !same(again, content)) throw new Malformed("The proof does not reproduce itself.");
  return { digest, timestamp };
}

// Every attestation with the message under it: null behind an operation that is not followed here, `unfollowed`.
function attestedIn(timestamp, message, unfollowed = null) {
  return timestamp.flatMap((item) => {
    if (item.kind) return [{ attestation: item, message, unfollowed }];
    const result = message === null ? null : resultOf(item, message);
    return attestedIn(item.after, result, unfollowed === null && result === null ? OTS_NAMES.get(item.tag) : unfollowed);
  });
}

function resultOf({ tag, argument }, message) {
  if (tag === OTS_SHA256) return sha256(message);
  if (tag !== OTS_APPEND && tag !== OTS_PREPEND) return null;
  const result = tag === OTS_APPEND ? joined(message, argument) : joined(argument, message);
  if (result.length > LARGEST_OTS_MESSAGE) {
    throw new Malformed(`A message of the proof is longer than ${LARGEST_OTS_MESSAGE} bytes.`);
  }
  return result;
}

function encodeTimestamp(timestamp) {
  const parts = timestamp.flatMap((item, place) => {
    const marked = place < timestamp.length - 1 ? [Uint8Array.of(OTS_FORK)] : [];
    if (item.kind) return [...marked, Uint8Array.of(OTS_ATTESTATION), item.kind, counted(item.payload)];
    const argument = item.argument === null ? [] : [counted(item.argument)];
    return [...marked, Uint8Array.of(item.tag), ...argument, encodeTimestamp(item.after)];
  });
  return joined(...parts);
}

function counted(content) {
  return joined(base128(content.length), content);
}

function base128(number) {
  const digits = [];
  for (; number > 0x7f; number = Math.floor(number / 128)) digits.push((number % 128) | 0x80);
  return Uint8Array.of(...digits, number);
}

class TimestampReader {
  constructor(content, largest) {
    if (content.length > largest) throw new Malformed(`A proof of OpenTimestamps has at most ${largest} bytes.`);
    this.content = content;
    this.place = this.operations = this.attestations = 0;
  }

  get rest() {
    return this.content.length - this.place;
  }

  take(length) {
    if (length > this.rest) throw new Malformed("The proof ends within a value.");
    this.place += length;
    return this.content.slice(this.place - length, this.place);
  }

  byte() {
    return this.take(1)[0];
  }

  number() {
    for (let value = 0, shift = 0; ; ) {
      const byte = this.byte();
      value += (byte & 0x7f) * 2 ** shift;
      shift += 7;
      if (value > LARGEST_OTS_NUMBER || shift > 35) {
        throw new Malformed(`A number in the proof is larger than ${LARGEST_OTS_NUMBER}.`);
      }
      if (byte <= 0x7f) return value;
    }
  }

  counted(fewest, most) {
    const length = this.number();
    if (length < fewest || length > most) {
      throw new Malformed(`A value of the proof has ${length} bytes; it should be ${fewest} to ${most}.`);
    }
    return this.take(length);
  }

  timestamp(depth) {
    if (depth > DEEPEST_OTS) throw new Malformed(`The proof is deeper than ${DEEPEST_OTS} operations.`);
    const items = [];
    let tag = this.byte();
    for (; tag === OTS_FORK; tag = this.byte()) items.push(this.item(this.byte(), depth));
    items.push(this.item(tag, depth));
    const known = items.map((one) => toHex(one.kind ? joined(one.kind, one.payload) : joined([one.tag], one.argument ?? [])));
    if (new Set(known).size !== items.length) throw new Malformed("The proof says the same of a message twice.");
    return items;
  }

  item(tag, depth) {
    if (tag === OTS_ATTESTATION) {
      if (++this.attestations > MOST_OTS_ATTESTATIONS) {
        throw new Malformed(`The proof has more than ${MOST_OTS_ATTESTATIONS} attestations.`);
      }
      return attestationOf(this.take(8), this.counted(0, LARGEST_OTS_PAYLOAD));
    }
    if (++this.operations > MOST_OTS_OPERATIONS) {
      throw new Malformed(`The proof has more than ${MOST_OTS_OPERATIONS} operations.`);
    }
    if (!OTS_NAMES.has(tag)) {
      throw new Malformed(`The proof has the operation ${toHex([tag])}, which is not known here.`);
    }
    const binary = tag === OTS_APPEND || tag === OTS_PREPEND;
    const argument = binary ? this.counted(1, LARGEST_OTS_MESSAGE) : null;
    return { tag, argument, after: this.timestamp(depth + 1) };
  }
}

function attestationOf(kind, payload) {
  const name = toHex(kind), reader = new TimestampReader(payload, LARGEST_OTS_PAYLOAD);
  let height = null, address = null, again = payload;
  if (name === OTS_BITCOIN) {
    height = reader.number();
    again = base128(height);
  } else if (name === OTS_PENDING) {
    const written = reader.counted(0, LONGEST_CALENDAR_ADDRESS);
    address = String.fromCharCode(...written);
    if (!/^[A-Za-z0-9._/:-]*$/.test(address) || address.endsWith("\n")) {
      throw new Malformed("The address of a calendar in the proof holds a character that none has.");
    }
    again = counted(written);
  }
  if (!same(again, payload)) throw new Malformed("An attestation of the proof is not in its one form.");
  return { kind, payload, height, address };
}
