// Canonical JSON (RFC 8785) without floating point: registry/verify/canonical_json.py. Objects are Maps.

const LARGEST_INTEGER = 2 ** 53 - 1;
const DEEPEST_NESTING = 32;
const LONGEST_INTEGER = String(-LARGEST_INTEGER).length;

function encodeJson(value) {
  return utf8(jsonText(value, 0));
}

function parseJson(encoded) {
  const text = utf8Text(encoded);
  checkNesting(text);
  const value = new JsonReader(text).whole();
  if (!same(encodeJson(value), encoded)) throw new Malformed("The JSON is not in its canonical form (RFC 8785).");
  return value;
}

function checkNesting(text) {
  let depth = 0, isString = false;
  for (let place = 0; place < text.length; place++) {
    const one = text[place];
    if (isString) {
      if (one === "\\") place++;
      else if (one === '"') isString = false;
    } else if (one === '"') isString = true;
    else if (one === "[" || one === "{") {
      if (++depth > DEEPEST_NESTING) throw tooDeep();
    } else if (one === "]" || one === "}") depth--;
  }
}

function tooDeep() {
  return new Malformed(`The JSON is nested deeper than ${DEEPEST_NESTING} levels.`);
}

function jsonString(text) {
  let made = '"';
  for (let place = 0; place < text.length; place++) {
    const one = text[place], code = text.charCodeAt(place);
    const short = { 8: "\\b", 9: "\\t", 10: "\\n", 12: "\\f", 13: "\\r", 34: '\\"', 92: "\\\\" }[code];
    made += short ?? (code < 0x20 ? "\\u" + code.toString(16).padStart(4, "0") : one);
  }
  return made + '"';
}

function jsonText(value, depth) {
  if (typeof value === "string") return jsonString(value);
  if (value === null || typeof value === "boolean") return String(value);
  if (typeof value === "bigint") throw new Malformed("An integer is beyond 2^53 - 1.");
  if (typeof value === "number") return String(value);
  if (depth === DEEPEST_NESTING) throw tooDeep();
  if (isObject(value)) {
    const names = [...value.keys()].sort((one, other) => (one < other ? -1 : one > other ? 1 : 0));
    return `{${names.map((name) => `${jsonString(name)}:${jsonText(value.get(name), depth + 1)}`).join(",")}}`;
  }
  return `[${value.map((item) => jsonText(item, depth + 1)).join(",")}]`;
}

class JsonReader {
  constructor(text) {
    this.text = text;
    this.place = 0;
  }

  whole() {
    this.space();
    const value = this.value();
    this.space();
    if (this.place !== this.text.length) this.refuse();
    return value;
  }

  refuse() {
    throw new Malformed("The text is not JSON.");
  }

  space() {
    while (" \t\n\r".includes(this.text[this.place] ?? "x")) this.place++;
  }

  value() {
    const one = this.text[this.place];
    if (one === '"') return this.string();
    if (one === "{") return this.object();
    if (one === "[") return this.list();
    for (const [word, value] of [["null", null], ["true", true], ["false", false]]) {
      if (this.text.startsWith(word, this.place)) {
        this.place += word.length;
        return value;
      }
    }
    for (const word of ["NaN", "Infinity", "-Infinity"]) {
      if (this.text.startsWith(word, this.place)) throw new Malformed(`The number ${quoted(word)} is not an integer.`);
    }
    return this.number();
  }

  number() {
    const form = /(-?(?:0|[1-9][0-9]*))((?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?)/y;
    form.lastIndex = this.place;
    const found = form.exec(this.text);
    if (found === null) this.refuse();
    if (found[2]) throw new Malformed(`The number ${quoted(found[0])} is not an integer.`);
    this.place += found[0].length;
    if (found[0].length > LONGEST_INTEGER) throw new Malformed("An integer is beyond 2^53 - 1.");
    const exact = BigInt(found[0]);
    return exact > BigInt(LARGEST_INTEGER) || exact < BigInt(-LARGEST_INTEGER) ? exact : Number(exact);
  }

  string() {
    let made = "";
    for (this.place++; ; ) {
      const one = this.text[this.place++];
      if (one === undefined || one < " ") this.refuse();
      if (one === '"') return made;
      if (one !== "\\") {
        made += one;
        continue;
      }
      const kind = this.text[this.place++];
      if (kind === "u") {
        const digits = this.text.slice(this.place, this.place + 4);
        if (!/^[0-9a-fA-F]{4}$/.test(digits)) this.refuse();
        made += String.fromCharCode(parseInt(digits, 16));
        this.place += 4;
        continue;
      }
      const plain = { '"': '"', "\\": "\\", "/": "/", b: "\b", f: "\f", n: "\n", r: "\r", t: "\t" }[kind];
      if (plain === undefined) this.refuse();
      made += plain;
    }
  }

  list() {
    const items = [];
    this.place++;
    this.space();
    if (this.text[this.place] === "]") {
      this.place++;
      return items;
    }
    for (;;) {
      this.space();
      items.push(this.value());
      this.space();
      const next = this.text[this.place++];
      if (next === "]") return items;
      if (next !== ",") this.refuse();
    }
  }

  object() {
    const members = new Map();
    let count = 0;
    this.place++;
    this.space();
    if (this.text[this.place] === "}") {
      this.place++;
      return members;
    }
    for (;;) {
      this.space();
      if (this.text[this.place] !== '"') this.refuse();
      const name = this.string();
      this.space();
      if (this.text[this.place++] !== ":") this.refuse();
      this.space();
      members.set(name, this.value());
      count++;
      this.space();
      const next = this.text[this.place++];
      if (next === "}") break;
      if (next !== ",") this.refuse();
    }
    if (members.size !== count) throw new Malformed("An object has the same name twice.");
    return members;
  }
}
