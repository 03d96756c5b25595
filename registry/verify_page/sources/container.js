// The container of an evidence file, a ZIP of one form: registry/verify/container.py.

const MIMETYPE_NAME = "mimetype";
const MIMETYPE = bytesOf("application/vnd.etsi.asic-e+zip");
const MOST_ENTRIES = 1_000;
const LONGEST_NAME = 200;
const LARGEST_CONTAINER = 2 ** 32 - 1;
const LOCAL_BYTES = 30, CENTRAL_BYTES = 46, END_BYTES = 22;
const ZIP_VERSION = 10, MADE_BY = (3 << 8) | 10, ZIP_DATE = (1 << 5) | 1, PERMISSIONS = 0o100644 * 65536;

// Little-endian numbers: [bytes, value] one after the other.
function packed(...numbers) {
  const content = new Uint8Array(numbers.reduce((length, [bytes]) => length + bytes, 0));
  let place = 0;
  for (const [bytes, value] of numbers) {
    for (let byte = 0; byte < bytes; byte++) content[place++] = Math.floor(value / 256 ** byte) % 256;
  }
  return content;
}

function unpacked(content, place, bytes) {
  let value = 0;
  for (let byte = bytes - 1; byte >= 0; byte--) value = value * 256 + content[place + byte];
  return value;
}

class Member {
  constructor(start, name, crc, size) {
    this.start = start;
    this.name = name;
    this.crc = crc;
    this.size = size;
    this.offset = start + LOCAL_BYTES + name.length;
    this.end = this.offset + size;
  }

  get localHeader() {
    const { crc, size, name } = this;
    const fields = [[4, 0x04034b50], [2, ZIP_VERSION], [2, 0], [2, 0], [2, 0], [2, ZIP_DATE]];
    return joined(packed(...fields, [4, crc], [4, size], [4, size], [2, name.length], [2, 0]), bytesOf(name));
  }

  get centralHeader() {
    const { crc, size, name } = this;
    const fields = [[4, 0x02014b50], [2, MADE_BY], [2, ZIP_VERSION], [2, 0], [2, 0], [2, 0], [2, ZIP_DATE]];
    const rest = [[2, 0], [2, 0], [2, 0], [2, 0], [4, PERMISSIONS], [4, this.start]];
    return joined(packed(...fields, [4, crc], [4, size], [4, size], [2, name.length], ...rest), bytesOf(name));
  }
}

function checkNames(names) {
  const taken = new Set(), folders = new Set();
  for (const name of names) {
    const parts = name.split("/");
    const isName = (part) => /^[A-Za-z0-9_.-]+$/.test(part) && !part.endsWith("\n") && part !== "." && part !== "..";
    if ([...name].length > LONGEST_NAME || !parts.every(isName)) {
      throw new Malformed(`${quoted(name)} cannot be the name of a file in here.`);
    }
    const lower = name.toLowerCase(), above = lower.split("/");
    if (taken.has(lower) || folders.has(lower)) throw new Malformed(`The container has ${quoted(name)} twice.`);
    const prefixes = above.slice(1).map((_, depth) => above.slice(0, depth + 1).join("/"));
    prefixes.forEach((prefix) => folders.add(prefix));
    taken.add(lower);
    if (folders.has(lower) || prefixes.some((prefix) => taken.has(prefix))) {
      throw new Malformed(`${quoted(name)} is a file and a folder.`);
    }
  }
}

class Container {
  constructor(content) {
    this.content = content;
    const listed = listedMembers(content);
    checkNames(listed.map((member) => member.name));
    if (!listed.length || listed[0].name !== MIMETYPE_NAME) {
      throw new Malformed(`The first file of the container is not ${MIMETYPE_NAME}.`);
    }
    for (const member of listed) {
      if (!same(content.subarray(member.start, member.offset), member.localHeader)) {
        throw new Malformed(`The header before ${quoted(member.name)} is not what the directory says of it.`);
      }
    }
    this.members = new Map(listed.map((member) => [member.name, member]));
    if (!same(this.read(MIMETYPE_NAME, MIMETYPE.length), MIMETYPE)) {
      throw new Malformed(`The file ${MIMETYPE_NAME} does not say application/vnd.etsi.asic-e+zip.`);
    }
  }

  whole(name) {
    const member = this.members.get(name), content = this.content.subarray(member.offset, member.end);
    if (crc32(content) !== member.crc) {
      throw new Malformed(`The content of ${quoted(name)} has another CRC-32 than the container says.`);
    }
    return content;
  }

  read(name, largest) {
    const member = this.members.get(name);
    if (member === undefined) throw new Malformed(`The file ${quoted(name)} is missing.`);
    if (member.size > largest) {
      throw new Malformed(`The file ${quoted(name)} has ${member.size} bytes; the most is ${largest}.`);
    }
    return this.whole(name);
  }
}

function listedMembers(content) {
  const size = content.length;
  if (size > LARGEST_CONTAINER) throw new Malformed(`The file is larger than ${LARGEST_CONTAINER} bytes.`);
  if (size < END_BYTES) throw new Malformed("The file is too short to be an evidence file.");
  const end = size - END_BYTES;
  const count = unpacked(content, end + 8, 2), length = unpacked(content, end + 12, 4);
  const start = unpacked(content, end + 16, 4);
  const expected = packed([4, 0x06054b50], [2, 0], [2, 0], [2, count], [2, count], [4, length], [4, start], [2, 0]);
  if (!same(content.subarray(end), expected)) {
    throw new Malformed(
      "The file does not end with the end record of a container: it was cut, or something follows.",
    );
  }
  if (count > MOST_ENTRIES || length > MOST_ENTRIES * (CENTRAL_BYTES + LONGEST_NAME)) {
    throw new Malformed(`The container has more than ${MOST_ENTRIES} files.`);
  }
  if (start + length + END_BYTES !== size) {
    throw new Malformed("The directory does not stand between the contents and the end of the container.");
  }
  return parsedDirectory(content.subarray(start, start + length), count, start);
}

function parsedDirectory(headers, count, start) {
  const listed = [];
  let place = 0, expected = 0;
  for (let number = 0; number < count; number++) {
    if (headers.length - place < CENTRAL_BYTES) throw new Malformed(`The directory ends within line ${number + 1}.`);
    const nameStart = place + CENTRAL_BYTES, nameEnd = nameStart + unpacked(headers, place + 28, 2);
    const name = Array.from(headers.subarray(nameStart, nameEnd), (byte) =>
      byte < 0x80 ? String.fromCharCode(byte) : "\ufffd",
    ).join("");
    checkNames([name]);
    const member = new Member(expected, name, unpacked(headers, place + 16, 4), unpacked(headers, place + 24, 4));
    if (member.start > LARGEST_CONTAINER) {
      throw new Malformed(`The directory says that ${quoted(name)} begins beyond byte ${LARGEST_CONTAINER}.`);
    }
    const header = member.centralHeader;
    if (!same(headers.subarray(place, place + header.length), header)) {
      throw new Malformed(
        `The directory describes ${quoted(name)} in a way in which no evidence file is written: another place, ` +
          "compressed, dated, or with something added.",
      );
    }
    place += header.length;
    expected = member.end;
    listed.push(member);
  }
  if (place !== headers.length || expected !== start) {
    throw new Malformed("The container holds bytes that belong to none of its files.");
  }
  return listed;
}
