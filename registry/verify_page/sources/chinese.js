// The program's English sentences in Chinese, when they are shown: a report itself stays the program's.

const SENTENCES_IN_CHINESE = [
  [WHOSE_KEY, "公钥属于谁：公钥取自文件本身，而任何人都可以制作公钥。"],
  [OPERATORS_TIME, "时间：仅为运营者的陈述，本文件中没有可信的见证。"],
  [
    TIME_WITHIN_THE_BOUND,
    "确切时间：仅能证明首个可信见证看到时条目已经存在，以及在可信见证所给的下限之前条目尚不存在；其间的时间为运营者的陈述。",
  ],
  [OPERATORS_CLOCK, "运营者时钟：条目中的时间晚于可信见证已看到该条目的时间。"],
  [ENTRY_BEFORE_ITS_TIME, "运营者时钟：条目中的时间早于可信见证证明其尚不存在的时间。"],
  [NOT_PROVEN_BY_A_LEDGER[0], "作者身份：账本证明登记了什么、先后次序如何，从不证明由谁创作。"],
  [NOT_PROVEN_BY_A_LEDGER[1], "之后的情况：该条目此后是否被更正、转让、撤回或删除。"],
  [NOT_PROVEN_BY_A_LEDGER[2], "每个人看到的是否为同一账本：这需要见证人，而此处没有见证人签名。"],
  [TEST_NETWORK, "测试网络中锚定的分量：改写测试网络者没有任何损失。"],
  [REVOCATION, "时间戳机构的证书是否已被吊销：这需要从网络获取吊销列表。"],
  [
    WHAT_THE_MAKER_SAYS,
    "说明文件、报告、保管记录、包信息与合约源码所述内容，以及文件内所附核验程序的行为：清单只证明它们完整，内容由文件的制作者写成。",
  ],
  [
    `${EXPIRED}{text}.`,
    "以下时间戳是否确如其所述之早：其证书已过期，且此前没有仍然有效的续期；此后只能依赖于无人取得该机构的私钥：{1}。",
  ],
  ["What these files say, which no manifest lists: {text}.", "未列入任何清单的文件所述内容：{1}。"],
  ["What these files say, which are none of this form: {text}.", "不属于此格式的文件所述内容：{1}。"],
  [
    "entry {number} is in the ledger as this file says, signed with {key}{unlisted}.",
    "账本中有条目 {1}，与本文件所述一致，签名与{2}公钥相符{3}。",
  ],
  [
    "entry {number} is in the ledger as this receipt says, signed with {key}.",
    "账本中有条目 {1}，与本回执所述一致，签名与{2}公钥相符。",
  ],
];
const PARTS_IN_CHINESE = {
  key: [
    ["the key that was given", "您给出的"],
    ["the key that the file itself brings along", "文件自带的"],
    ["the key that the receipt itself brings along", "回执自带的"],
  ],
  unlisted: [["; {number} of its files are UNPROVEN", "；其中 {1} 个文件未列入清单，未经证明"], ["", ""]],
  ...PHRASES_IN_CHINESE,
};
const VALUES = { number: "[0-9]+", word: "\\S+", quoted: "(?:['\"\\[{].*|None|True|False|-?[0-9]+)", text: ".*" };

// What says sentences of one list of pairs in Chinese, and null of a sentence that is none of them.
function chinesePhrasebook(pairs) {
  const exact = new Map(), patterns = [];
  for (const [english, words] of pairs) {
    if (english.includes("{")) patterns.push({ form: new RegExp(`^${sentenceForm(english, true)}$`, "s"), english, words });
    else exact.set(english, words);
  }
  return (sentence) => {
    if (exact.has(sentence)) return exact.get(sentence);
    for (const { form, english, words } of patterns) {
      const found = form.exec(sentence);
      if (found === null) continue;
      const kinds = [...english.matchAll(/\{([a-z]+)\}/g)].map(([, kind]) => kind);
      return words.replace(/\{([0-9])\}/g, (_, place) => partInChinese(kinds[place - 1], found[place]));
    }
    return null;
  };
}

function sentenceForm(english, captures) {
  const pieces = english.split(/\{([a-z]+)\}/);
  return pieces.map((piece, place) => {
    if (place % 2 === 0) return piece.replace(/[.*+?^$()[\]\\|]/g, "\\$&");
    const form = VALUES[piece] ?? PARTS_IN_CHINESE[piece].map(([part]) => sentenceForm(part, false)).join("|");
    return captures ? `(${form})` : `(?:${form})`;
  }).join("");
}

function partInChinese(kind, text) {
  return kind in VALUES ? text : chinesePhrasebook(PARTS_IN_CHINESE[kind])(text);
}

const sayInChinese = chinesePhrasebook([
  ...SENTENCES_IN_CHINESE,
  ...CHECKS_IN_CHINESE,
  ...ENCODINGS_IN_CHINESE.flatMap(([words, sentences]) => sentences.map((one) => [one, words])),
]);
const nameInChinese = chinesePhrasebook(CHECK_NAMES_IN_CHINESE);

// Of a sentence, with what was expected and found behind it. Null for one that has no Chinese here.
function inChinese(sentence) {
  const words = sayInChinese(sentence);
  if (words !== null) return words;
  const [, told, , expected, , found] = /^(.*?\.)( expected: (.*?))?( found: (.*))?$/s.exec(sentence) ?? [];
  const contradicted = told === undefined || told === sentence ? null : sayInChinese(told);
  if (contradicted === null) return null;
  const values = [expected === undefined ? "" : `应为 ${expected}`, found === undefined ? "" : `实为 ${found}`];
  return `${contradicted}${values.filter(Boolean).join("，")}。`;
}

// The first sentence of a report.
function summaryInChinese({ summary, checks }) {
  const failed = checks.find((one) => one.result === FAILED);
  if (failed === undefined) return inChinese(summary);
  const name = nameInChinese(failed.name) ?? failed.name;
  return `本文件不能证明其所主张的内容（${name}：${(inChinese(failed.detail) ?? failed.detail).replace(/。$/, "")}）。`;
}
