// What the page says in Chinese of the program's English sentences. Those of single checks are for experts and stay.

const IN_CHINESE = new Map([
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
]);
const IN_CHINESE_WITH = [
  [
    new RegExp(`^${EXPIRED}(.*)\\.$`, "s"),
    (names) =>
      `以下时间戳是否确如其所述之早：其证书已过期，且此前没有仍然有效的续期；此后只能依赖于无人取得该机构的私钥：${names}。`,
  ],
  [/^What these files say, which no manifest lists: (.*)\.$/s, (files) => `未列入任何清单的文件所述内容：${files}。`],
  [/^What these files say, which are none of this form: (.*)\.$/s, (files) => `不属于此格式的文件所述内容：${files}。`],
  [
    new RegExp(
      "^entry ([0-9]+) is in the ledger as this (file|receipt) says, signed with the key that (was given|.* brings along)" +
        "(?:; ([0-9]+) of its files are UNPROVEN)?\\.$",
    ),
    (index, kind, key, unlisted) =>
      `账本中有条目 ${index}，与本${kind === "file" ? "文件" : "回执"}所述一致，` +
      `签名与${key === "was given" ? "您给出的" : "文件自带的"}公钥相符` +
      (unlisted === undefined ? "。" : `；其中 ${unlisted} 个文件未列入清单，未经证明。`),
  ],
  [
    /^this file does not prove what it claims \(algorithms: (\S+) was distrusted from (\S+), and nothing .*\)$/,
    (algorithm, date) => `本文件不能证明其所主张的内容：${algorithm} 自 ${date} 起不再可信，而此前没有仍然有效的续期。`,
  ],
  [
    /^this file does not prove what it claims \((.*)\)$/s,
    (failure) => `本文件不能证明其所主张的内容（${failure}）。`,
  ],
];

// Null for a sentence that has no Chinese here.
function inChinese(sentence) {
  if (IN_CHINESE.has(sentence)) return IN_CHINESE.get(sentence);
  for (const [form, words] of IN_CHINESE_WITH) {
    const found = form.exec(sentence);
    if (found !== null) return words(...found.slice(1));
  }
  return null;
}
