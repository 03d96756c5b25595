// The page itself: files in, a report for people out. Nothing leaves it.

const WORDS = {
  en: {
    title: "Verify evidence",
    lead: "This page checks an evidence file or a receipt on this machine. It needs no network and sends nothing anywhere: disconnect, if you like.",
    file: "Evidence file or receipt",
    drop: "Choose it, or drop it here.",
    more: "Compare with what you know from elsewhere",
    work: "The original, to compare with what was registered",
    key: "The ledger's key, as its operator published it or others kept it",
    roots: "Certificates of those who vouch for timestamp authorities (PEM)",
    blocks: "Blocks of Ethereum or Bitcoin as an explorer or a node shows them, such as 1:0x… or bitcoin:…",
    at: "Read as of this day (today, if left empty)",
    distrust: "Algorithms that prove nothing from a day on, such as sha256=2048-01-01",
    reading: "Checking …",
    proven: "Proven",
    failed: "Not proven",
    interval: "When",
    notBefore: "Not before",
    notAfter: "Not after",
    nobody: "no trusted witness says",
    claimed: "By the operator's clock",
    trusted: "leads to what was given",
    untrusted: "intact, but what was given does not vouch for it",
    disclosed: "What is disclosed",
    notProven: "What is not proven",
    checks: "Every check",
    unreadable: "What was given cannot be used:",
    print: "Print",
    results: { proven: "proven", failed: "failed", "not checked": "not checked" },
  },
  zh: {
    title: "验证证据",
    lead: "本页在这台电脑上检查证据文件或回执。不需要网络，也不发送任何内容：您可以断开网络后再使用。",
    file: "证据文件或回执",
    drop: "选择文件，或拖放到这里。",
    more: "与您从其他途径得知的信息比较",
    work: "原件，用于与登记的文件比较",
    key: "账本公钥（由运营者公布或他人保存）",
    roots: "为时间戳机构作保的根证书（PEM）",
    blocks: "以太坊或比特币区块（由区块浏览器或节点查得），例如 1:0x… 或 bitcoin:…",
    at: "以哪一天为准（不填则为今天）",
    distrust: "自某日起不再可信的算法，例如 sha256=2048-01-01",
    reading: "正在检查……",
    proven: "已证明",
    failed: "未能证明",
    interval: "时间",
    notBefore: "不早于",
    notAfter: "不晚于",
    nobody: "没有可信的见证",
    claimed: "运营者时钟",
    trusted: "可追溯到所给的依据",
    untrusted: "完整无损，但所给的依据不能为其作保",
    disclosed: "公开的内容",
    notProven: "没有证明的事项",
    checks: "全部检查",
    unreadable: "所给的内容无法使用：",
    print: "打印",
    results: { proven: "已证明", failed: "不成立", "not checked": "未检查" },
  },
};

function make(name, text, ...children) {
  const made = document.createElement(name);
  if (text) made.textContent = text;
  made.append(...children);
  return made;
}

function startPage() {
  const field = (id) => document.getElementById(id);
  let language = navigator.language.startsWith("zh") ? "zh" : "en", report = null, turn = 0;

  function speak() {
    document.documentElement.lang = language === "zh" ? "zh-Hans" : "en";
    document.title = `${WORDS[language].title} · Firstmark`;
    for (const one of document.querySelectorAll("[data-say]")) one.textContent = WORDS[language][one.dataset.say];
    field("language").textContent = language === "zh" ? "English" : "中文";
    field("language").lang = language === "zh" ? "en" : "zh-Hans";
    if (report) show();
  }

  function words(id) {
    return field(id).value.split(/\s+/).filter(Boolean);
  }

  async function bytes(input) {
    return input.files.length ? new Uint8Array(await input.files[0].arrayBuffer()) : null;
  }

  async function check() {
    const mine = ++turn;
    if (!field("file").files.length) return;
    field("report").replaceChildren(make("p", WORDS[language].reading));
    try {
      const [content, work, roots] = [await bytes(field("file")), await bytes(field("work")), await bytes(field("roots"))];
      await new Promise((done) => setTimeout(done, 20)); // so that the words above are seen before the work begins
      if (mine !== turn) return; // something else was given meanwhile, and is being read
      const verifierKey = field("key").value.trim() || null;
      if (verifierKey !== null) parseVerifierKey(verifierKey);
      report = verifyFile(content, {
        workSha256: work === null ? null : sha256(work),
        verifierKey,
        authorityRoots: roots === null ? null : parseCertificates(roots),
        knownBlocks: words("blocks").map(parseKnownBlock),
        reading: parseReading(field("at").value || null, words("distrust")),
      });
      show();
    } catch (error) {
      if (mine !== turn) return;
      report = null;
      const unusable = told("p", error.message, inChinese, true);
      unusable.prepend(`${WORDS[language].unreadable} `);
      field("report").replaceChildren(unusable);
    }
  }

  function show() {
    const say = WORDS[language], verdict = make("h2", say[report.verdict]);
    verdict.className = report.verdict;
    const when = make("dl", null, ...fact(say.notBefore, report.not_before ?? say.nobody));
    when.append(...fact(say.notAfter, report.not_after ?? say.nobody));
    for (const one of report.witnesses) {
      const side = one.bound === NOT_BEFORE ? say.notBefore : say.notAfter;
      when.append(...fact(`${one.kind} ${one.name}`, `${side} ${one.time ?? "–"}: ${one.trusted ? say.trusted : say.untrusted}`));
    }
    if (report.claimed_time !== null) when.append(...fact(say.claimed, report.claimed_time));
    const parts = [verdict, told("p", report.summary, () => summaryInChinese(report))];
    parts.push(make("h3", say.interval), when, make("h3", say.notProven));
    parts.push(make("ul", null, ...report.not_proven.map((one) => told("li", one, inChinese))));
    const disclosed = Object.entries(report.disclosed);
    if (disclosed.length) {
      const shown = disclosed.flatMap(([name, value]) =>
        fact(name, printable(typeof value === "string" ? value : JSON.stringify(value))),
      );
      parts.push(folded(say.disclosed, make("dl", null, ...shown), true));
    }
    const rows = report.checks.map((one) => {
      const result = make("td", say.results[one.result]);
      result.className = one.result.replace(" ", "-");
      return make("tr", null, result, told("th", one.name, nameInChinese, true), told("td", one.detail, inChinese, true));
    });
    parts.push(folded(say.checks, make("table", null, make("tbody", null, ...rows)), report.verdict === "failed"));
    const print = make("button", say.print);
    print.addEventListener("click", () => window.print());
    field("report").replaceChildren(...parts, print);
  }

  // In the language of the page, where it has the sentence; and with the program's words below, for experts to compare.
  function told(name, sentence, translated, compared = false) {
    const words = language === "zh" ? translated(sentence) : null;
    if (words === null) return english(make(name, printable(sentence)));
    const made = make(name, printable(words));
    if (compared) {
      const original = english(make("span", printable(sentence)));
      original.className = "original";
      made.append(" ", original);
    }
    return made;
  }

  function english(element) {
    if (language !== "en") element.lang = "en";
    return element;
  }

  function fact(name, value) {
    return [make("dt", name), make("dd", value)];
  }

  function folded(title, content, open) {
    const made = make("details", null, make("summary", title), content);
    made.open = open;
    return made;
  }

  field("language").addEventListener("click", () => {
    language = language === "zh" ? "en" : "zh";
    speak();
  });
  for (const id of ["file", "work", "roots", "key", "blocks", "at", "distrust"]) field(id).addEventListener("change", check);
  document.addEventListener("dragover", (event) => event.preventDefault());
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    if (!event.dataTransfer.files.length) return;
    field("file").files = event.dataTransfer.files;
    check();
  });
  speak();
}

if (typeof document !== "undefined") startPage();
