"""Every sentence that the page's sources can say has Chinese words, and each of these has its sentence."""

import json
import re
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import pytest

from registry.verify_page.page import ORDER, script

WITHOUT_SENTENCES = ("chinese_checks", "chinese", "page")
"""The Chinese itself, and what people see around a report."""

FORMATS = re.compile(
    r"[<>\n]|^xmlns|^BagIt|^  |^(?:index|extra) \{\}$|^\{\}(?:: \{\}| \(\{\}\))$|^(?:not|this file does not prove) "
)
"""Literals of several words that machines read and that stand around sentences; and the summary of a failed check."""

PUT_TOGETHER = {
    "{} One of them {}": (
        "Its certificate leads to a root that was given, over {} certificates. One of them expired at {}, and "
        "nothing that holds renewed the timestamp before."
    ),
    "UNPROVEN: a certificate of it {}": (
        "UNPROVEN: a certificate of it expired at {}, and nothing that holds renewed the timestamp before."
    ),
    " and all before": "the digests ({}) of all files in here and all before",
    " and ": "account and storage",
}
"""What makes a sentence of others, and the sentence."""

_READ = """
const { parse } = require("internal/deps/acorn/acorn/dist/acorn");
const { sources, words } = JSON.parse(require("fs").readFileSync(0, "utf8"));
const constants = new Map(), said = new Set(), names = new Set();

function written(node) {
  if (node.type === "Literal" && typeof node.value === "string") return node.value;
  if (node.type === "Identifier" && constants.has(node.name)) return constants.get(node.name);
  if (node.type === "TemplateLiteral") {
    const values = [...node.expressions.map(part), ""];
    return node.quasis.map((one, place) => one.value.cooked + values[place]).join("");
  }
  if (node.type !== "BinaryExpression" || node.operator !== "+") return null;
  const sides = [written(node.left), written(node.right)];
  return sides.includes(null) ? null : sides.join("");
}

function part(node) {
  return node.type === "Identifier" && constants.has(node.name) ? constants.get(node.name) : "{}";
}

function* nodes(node) {
  if (Array.isArray(node)) for (const one of node) yield* nodes(one);
  else if (node !== null && typeof node === "object") {
    if (typeof node.type === "string") yield node;
    if (["TemplateLiteral", "BinaryExpression"].includes(node.type) && written(node) !== null) {
      for (const one of node.expressions ?? []) yield* nodes(one);
    } else for (const one of Object.values(node)) yield* nodes(one);
  }
}

const trees = sources.map((text) => parse(text, { ecmaVersion: "latest" }));
for (const node of nodes(trees)) {
  if (node.type !== "VariableDeclarator" || !/^[A-Z][A-Z0-9_]*$/.test(node.id.name ?? "")) continue;
  if (written(node.init) !== null) constants.set(node.id.name, written(node.init));
}
for (const node of nodes(trees)) {
  if (node.type !== "Identifier" && written(node) !== null) said.add(written(node));
  if (node.type !== "CallExpression") continue;
  const { callee, arguments: given } = node;
  if (["attempt", "skip", "fail"].includes(callee.property?.name)) names.add(written(given[0]));
  if (["checkOriginal", "checkChain"].includes(callee.name)) names.add(written(given[1]));
}
names.delete(null);
const spoken = new Function(`${words}`)();
console.log(JSON.stringify({ said: [...said], names: [...names], ...spoken }));
"""


@pytest.fixture(scope="module")
def spoken() -> dict[str, list[str]]:
    """What the sources say, what checks are called, and what there is Chinese for, with ``{}`` for each value."""
    folder = files("registry.verify_page") / "sources"
    sources = [(folder / f"{name}.js").read_text("utf-8") for name in ORDER if name not in WITHOUT_SENTENCES]
    listed = """
      const english = (pairs) => pairs.map(([sentence]) => sentence);
      const encodings = ENCODINGS_IN_CHINESE.flatMap(([, sentences]) => sentences);
      const all = english([...SENTENCES_IN_CHINESE, ...CHECKS_IN_CHINESE]).concat(encodings);
      const samples = { number: "7", word: "a.b", quoted: "'a b'", text: "a b" };
      const sample = (kind) => samples[kind] ?? filled(english(PARTS_IN_CHINESE[kind])[0]);
      const filled = (sentence) => sentence.replace(/\\{([a-z]+)\\}/g, (_, kind) => sample(kind));
      const fits = (one, other) => new RegExp(`^${sentenceForm(other, false)}$`, "s").test(filled(one));
      return {
        ambiguous: all.filter((one) => all.some((other) => other !== one && fits(one, other))),
        sentences: [...english(SENTENCES_IN_CHINESE), ...english(CHECKS_IN_CHINESE), ...encodings],
        parts: Object.values(PARTS_IN_CHINESE).flatMap(english),
        checks: english(CHECK_NAMES_IN_CHINESE),
      };
    """
    words = script().removesuffix("}\n") + listed + "}\n"
    answer = subprocess.run(
        [Path(sys.executable).with_name("node"), "--expose-internals", "-e", _READ],
        input=json.dumps({"sources": sources, "words": words}),
        capture_output=True,
        check=True,
        text=True,
        encoding="utf-8",
    )
    found: dict[str, list[str]] = json.loads(answer.stdout)
    return {name: [re.sub(r"\{[a-z]+\}", "{}", one) for one in listed] for name, listed in found.items()}


def test_every_sentence_of_the_sources_has_chinese_words(spoken: dict[str, list[str]]) -> None:
    chinese = [*spoken["sentences"], *spoken["parts"], *spoken["checks"]]
    words = {one for one in spoken["said"] if re.search(r"[a-z}][,.:;)]* [({a-z]", one) and not FORMATS.search(one)}
    assert len(words) > 200
    assert [one for one in sorted(words - set(PUT_TOGETHER)) if not _is_in(chinese, one)] == []


def _is_in(chinese: list[str], literal: str) -> bool:
    """Whole, with names of files for values, or as the one beginning or end of a sentence that is always the same."""
    forms = (re.escape(one).replace(r"\{\}", r"\S*") for one in chinese)
    return any(re.fullmatch(form, literal) for form in forms) or any(
        one.startswith(literal) or (literal.startswith("expired at ") and one.endswith(literal)) for one in chinese
    )


def test_chinese_words_are_kept_for_nothing_that_no_source_says(spoken: dict[str, list[str]]) -> None:
    said = {*spoken["said"], *PUT_TOGETHER.values()}
    assert [one for one in (*spoken["sentences"], *spoken["parts"]) if one and one not in said] == []


def test_every_check_has_a_chinese_name(spoken: dict[str, list[str]]) -> None:
    assert set(spoken["names"]) - set(spoken["checks"]) == set()


def test_a_sentence_is_no_other_one_with_other_values(spoken: dict[str, list[str]]) -> None:
    assert len(set(spoken["sentences"])) == len(spoken["sentences"])
    assert spoken["ambiguous"] == []
