// Strict text encodings: registry/verify/encoding.py. Bytes are Uint8Array, indices and sizes BigInt.

const HASH_BYTES = 32;
const LARGEST_INDEX = 2n ** 63n - 1n;
const LONGEST_QUOTE = 80;
const BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const BASE64_FORM = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
const WHITE_SPACE = "\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000";
const UNPRINTABLE = /(?! )[\p{C}\p{Z}]/u;

function decimal(text) {
  if (!/^(?:0|[1-9][0-9]{0,18})$/.test(text) || text.endsWith("\n") || BigInt(text) > LARGEST_INDEX) {
    throw new Malformed(`${quoted(text)} is not a plain decimal number up to 2^63 - 1.`);
  }
  return BigInt(text);
}

function decodedBase64(text) {
  const found = [];
  let bits = 0, held = 0;
  for (const one of text) {
    const value = BASE64.indexOf(one);
    if (value < 0) continue;
    held = (held << 6) | value;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      found.push((held >> bits) & 0xff);
    }
  }
  return Uint8Array.from(found);
}

function base64Bytes(text) {
  if (text.endsWith("\n") || !BASE64_FORM.test(text)) throw new Malformed(`${quoted(text)} is not base64.`);
  const decoded = decodedBase64(text);
  if (base64Text(decoded) !== text) throw new Malformed(`${quoted(text)} is not the one base64 form of its bytes.`);
  return decoded;
}

function base64Text(content) {
  let text = "";
  for (let place = 0; place < content.length; place += 3) {
    const count = Math.min(3, content.length - place);
    const held = (content[place] << 16) | ((content[place + 1] ?? 0) << 8) | (content[place + 2] ?? 0);
    for (let part = 0; part < 4; part++) text += part <= count ? BASE64[(held >> (18 - 6 * part)) & 63] : "=";
  }
  return text;
}

function base64Hash(text) {
  const decoded = base64Bytes(text);
  if (decoded.length !== HASH_BYTES) {
    throw new Malformed(`A hash has ${decoded.length} bytes instead of ${HASH_BYTES}.`);
  }
  return decoded;
}

function hexBytes(text, length) {
  if (typeof text !== "string" || !/^(?:[0-9a-f]{2})*$/.test(text) || text.endsWith("\n")) {
    throw new Malformed(`${quoted(text)} is not lower-case hexadecimal.`);
  }
  if (text.length !== 2 * length) {
    throw new Malformed(`${quoted(text)} has ${text.length >> 1} bytes instead of ${length}.`);
  }
  return fromHex(text);
}

function fromHex(text) {
  return Uint8Array.from({ length: text.length / 2 }, (_, place) => parseInt(text.slice(2 * place, 2 * place + 2), 16));
}

function toHex(content) {
  let text = "";
  for (const byte of content) text += byte.toString(16).padStart(2, "0");
  return text;
}

function utf8(text) {
  if (/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/.test(text)) {
    throw new Malformed("A text holds half of a surrogate pair, which no Unicode text can.");
  }
  return new TextEncoder().encode(text);
}

function utf8Text(encoded) {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(encoded);
  } catch {
    throw new Malformed("The bytes are not UTF-8 text.");
  }
}

// As Python's ascii() writes a value, so that both verifiers say the same.
function ascii(value) {
  if (value === null || value === undefined) return "None";
  if (value === true) return "True";
  if (value === false) return "False";
  if (typeof value === "string") {
    const quote = value.includes("'") && !value.includes('"') ? '"' : "'";
    let text = quote;
    for (const one of value) {
      const code = one.codePointAt(0);
      if (one === quote || one === "\\") text += "\\" + one;
      else if (code >= 0x20 && code < 0x7f) text += one;
      else text += escaped(code);
    }
    return text + quote;
  }
  if (Array.isArray(value)) return `[${value.map(ascii).join(", ")}]`;
  if (value instanceof Map) {
    return `{${[...value].map(([name, one]) => `${ascii(name)}: ${ascii(one)}`).join(", ")}}`;
  }
  return String(value);
}

function escaped(code) {
  if (code === 9) return "\\t";
  if (code === 10) return "\\n";
  if (code === 13) return "\\r";
  if (code < 0x100) return "\\x" + code.toString(16).padStart(2, "0");
  if (code < 0x10000) return "\\u" + code.toString(16).padStart(4, "0");
  return "\\U" + code.toString(16).padStart(8, "0");
}

function quoted(value) {
  const text = ascii(value);
  return text.length <= LONGEST_QUOTE ? text : `${text.slice(0, LONGEST_QUOTE)}...`;
}

function isPrintable(text) {
  return !UNPRINTABLE.test(text);
}

function printable(text) {
  let made = "";
  for (const one of text) made += UNPRINTABLE.test(one) ? escaped(one.codePointAt(0)) : one;
  return made;
}

function joined(...parts) {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let place = 0;
  for (const part of parts) {
    whole.set(part, place);
    place += part.length;
  }
  return whole;
}

function same(one, other) {
  return one.length === other.length && one.every((byte, place) => byte === other[place]);
}

function bytesOf(text) {
  return new TextEncoder().encode(text);
}

function partition(text, separator) {
  const place = text.indexOf(separator);
  return place < 0 ? [text, "", ""] : [text.slice(0, place), separator, text.slice(place + separator.length)];
}

function sorted(names) {
  return [...names].sort((one, other) => (one < other ? -1 : one > other ? 1 : 0));
}

// The lines of a file that ends in a line feed, without their line feeds.
function linesOf(content) {
  const lines = [];
  for (let start = 0; start < content.length; ) {
    const end = content.indexOf(10, start);
    lines.push(content.slice(start, end));
    start = end + 1;
  }
  return lines;
}

function isObject(value) {
  return value instanceof Map;
}

function hasKeys(value, keys) {
  return value.size === keys.length && keys.every((key) => value.has(key));
}
