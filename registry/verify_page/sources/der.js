// DER (ITU-T X.690, section 10), read strictly: registry/verify/der.py. Numbers and times are BigInt.

const BOOLEAN = 0x01, INTEGER = 0x02, BIT_STRING = 0x03, OCTET_STRING = 0x04, NULL = 0x05, OBJECT_IDENTIFIER = 0x06;
const UTC_TIME = 0x17, GENERALIZED_TIME = 0x18, SEQUENCE = 0x30, SET = 0x31;
const LARGEST_DER = 1_048_576;
const LONGEST_IDENTIFIER = 64;
const TIME = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(?:\.(\d{0,8}[1-9]))?Z$/;

function contextTag(number, constructed = true) {
  return (constructed ? 0xa0 : 0x80) + number;
}

class Element {
  constructor(tag, content, encoded) {
    this.tag = tag;
    this.content = content;
    this.encoded = encoded;
  }

  expect(tag) {
    const two = (number) => number.toString(16).padStart(2, "0");
    if (this.tag !== tag) throw new Malformed(`A value has the tag ${two(this.tag)} instead of ${two(tag)}.`);
    return this;
  }

  children(tag) {
    if (tag !== undefined) this.expect(tag);
    const found = [];
    for (let place = 0; place < this.content.length; ) {
      const child = readDer(this.content, place);
      found.push(child);
      place += child.encoded.length;
    }
    return found;
  }

  onlyChild(tag) {
    const found = this.children(tag);
    if (found.length !== 1) throw new Malformed(`A value holds ${found.length} values instead of one.`);
    return found[0];
  }

  boolean() {
    const { content } = this.expect(BOOLEAN);
    if (content.length !== 1 || (content[0] !== 0 && content[0] !== 0xff)) {
      throw new Malformed("A truth value is neither 00 nor ff.");
    }
    return content[0] === 0xff;
  }

  integer(tag = INTEGER) {
    const { content } = this.expect(tag);
    const filled = content.length > 1 && (content[1] >> 7 ? content[0] === 0xff : content[0] === 0);
    if (!content.length || filled) throw new Malformed("A number is not in its shortest form.");
    return BigInt.asIntN(8 * content.length, toNumber(content));
  }

  octets() {
    return this.expect(OCTET_STRING).content;
  }

  bits() {
    const { content } = this.expect(BIT_STRING);
    if (content[0] !== 0) throw new Malformed("A bit string does not consist of whole bytes.");
    return content.slice(1);
  }

  flags() {
    const { content } = this.expect(BIT_STRING);
    if (!content.length || content[0] > 7) {
      throw new Malformed("A bit string says that it has more than seven unused bits.");
    }
    const found = new Set();
    for (let number = 0; number < 8 * content.length - 8; number++) {
      if ((content[1 + (number >> 3)] >> (7 - (number & 7))) & 1) found.add(number);
    }
    return found;
  }

  identifier() {
    const { content } = this.expect(OBJECT_IDENTIFIER);
    if (!content.length || content[content.length - 1] & 0x80 || content.length > LONGEST_IDENTIFIER) {
      throw new Malformed("An object identifier is not one.");
    }
    const numbers = [];
    let number = 0n;
    for (const byte of content) {
      if (number === 0n && byte === 0x80) throw new Malformed("An object identifier is not in its shortest form.");
      number = (number << 7n) | BigInt(byte & 0x7f);
      if (!(byte & 0x80)) {
        numbers.push(number);
        number = 0n;
      }
    }
    const first = numbers[0] / 40n < 2n ? numbers[0] / 40n : 2n;
    return [first, numbers[0] - 40n * first, ...numbers.slice(1)].join(".");
  }

  microseconds() {
    let text = Array.from(this.content, (byte) => String.fromCharCode(byte)).join("");
    if (this.tag === UTC_TIME) {
      text = (text.slice(0, 2) < "50" ? "20" : "19") + text;
      if (text.includes(".")) throw new Malformed("A time of two-digit years has a fraction.");
    } else if (this.tag !== GENERALIZED_TIME) throw new Malformed("A time has the tag of something else.");
    const matched = TIME.exec(text);
    if (matched === null || text.endsWith("\n")) throw new Malformed("A time is not in its one form.");
    const [year, month, day, hour, minute, second] = matched.slice(1, 7).map(Number);
    const moment = new Date(0);
    moment.setUTCFullYear(year, month - 1, day);
    moment.setUTCHours(hour, minute, second);
    const parts = [moment.getUTCFullYear(), moment.getUTCMonth() + 1, moment.getUTCDate(), moment.getUTCHours()];
    parts.push(moment.getUTCMinutes(), moment.getUTCSeconds());
    if (year < 1 || parts.some((part, place) => part !== [year, month, day, hour, minute, second][place])) {
      throw new Malformed("A time is not one of any calendar.");
    }
    const fraction = BigInt((matched[7] ?? "").padEnd(9, "0"));
    return BigInt(moment.getTime()) * 1000n + (fraction + 999n) / 1000n;
  }
}

function parseDer(encoded) {
  if (encoded.length > LARGEST_DER) throw new Malformed(`The encoding is larger than ${LARGEST_DER} bytes.`);
  const element = readDer(encoded, 0);
  if (element.encoded.length !== encoded.length) throw new Malformed("Something follows the value.");
  return element;
}

function encodeDer(tag, ...contents) {
  const content = joined(...contents), length = content.length;
  if (length < 0x80) return joined(Uint8Array.of(tag, length), content);
  const octets = fromHex(length.toString(16).padStart(2 * Math.ceil(length.toString(16).length / 2), "0"));
  return joined(Uint8Array.of(tag, 0x80 | octets.length), octets, content);
}

function readDer(encoded, place) {
  if (encoded.length - place < 2) throw new Malformed("The encoding ends within a value.");
  const tag = encoded[place];
  let length = encoded[place + 1], start = place + 2;
  if ((tag & 0x1f) === 0x1f) throw new Malformed("A tag is longer than any that is used here.");
  if (length & 0x80) {
    const octets = length & 0x7f;
    if (!(octets >= 1 && octets <= 4) || start + octets > encoded.length) {
      throw new Malformed("A length is indefinite or absurd.");
    }
    length = Number(toNumber(encoded.slice(start, start + octets)));
    if (length < 0x80 || encoded[start] === 0) throw new Malformed("A length is not in its shortest form.");
    start += octets;
  }
  const end = start + length;
  if (end > encoded.length) throw new Malformed("The encoding ends within a value.");
  return new Element(tag, encoded.slice(start, end), encoded.slice(place, end));
}
