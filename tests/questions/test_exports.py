"""Moodle's and PrairieLearn's files hold what their importers ask for, and every question survives the way there."""

from __future__ import annotations

import dataclasses
import html
import importlib.util
import json
import re
import uuid
from collections import Counter
from xml.etree import ElementTree

import bs4
import pytest

from coursekit.questions import Option, items
from coursekit.questions.moodle import moodle_xml
from coursekit.questions.prairielearn import files

MADE = list(items("gru_step", 6, "a class"))
NASTY = dataclasses.replace(
    MADE[0],
    asks="is a < b & c > d?",
    shown='"]]> </pre> {{x}} $a$ \x0b é',
    options=(Option("`h[:, <t>]` & more", "x < 1"), Option('say "a"'), Option("</li>")),
    right=0,
)


def read_as_moodle(text: str) -> list[dict]:
    """The questions as question/format/xml/format.php reads them; AssertionError for what it would refuse or drop."""
    quiz = ElementTree.fromstring(text.encode())
    assert quiz.tag == "quiz"
    category, read = "", []
    for question in quiz:
        assert question.tag == "question"
        if question.get("type") == "category":
            category = question.findtext("category/text")
            assert category.startswith("$course$/top/")
            continue
        assert question.get("type") == "multichoice" and category
        name = question.findtext("name/text")
        assert 0 < len(name) <= 255
        assert question.find("questiontext").get("format") == "html"
        assert question.findtext("single") == "true"
        assert question.findtext("shuffleanswers") in ("true", "false")
        assert question.findtext("answernumbering") in ("none", "abc", "ABCD", "123", "iii", "IIII")
        assert len(question.findtext("idnumber")) <= 100
        assert float(question.findtext("defaultgrade")) > 0 and 0 <= float(question.findtext("penalty")) <= 1
        answers = question.findall("answer")
        assert all(answer.find("text") is not None and answer.find("feedback/text") is not None for answer in answers)
        assert sorted((float(answer.get("fraction")) for answer in answers), reverse=True)[:2] == [100.0, 0.0]
        read.append(
            {
                "category": category,
                "id": question.findtext("idnumber"),
                "text": question.findtext("questiontext/text"),
                "answers": {a.findtext("text"): float(a.get("fraction")) for a in answers},
            }
        )
    return read


def words(markup: str) -> str:
    return bs4.BeautifulSoup(markup, "html.parser").get_text()


def mustache(template: str, values: dict) -> str:
    """What the template language makes of sections over lists, {{escaped}} and {{{raw}}} names."""

    def value(name: str):
        found = values
        for part in name.split("."):
            found = found[part]
        return found

    def section(match: re.Match) -> str:
        return "".join(mustache(match[2], values | each) for each in value(match[1]))

    def name(match: re.Match) -> str:
        return str(value(match[1])) if match[1] else html.escape(str(value(match[2])))

    pattern = r"\{\{#([\w.]+)\}\}\n(.*?)\{\{/\1\}\}\n"
    pieces, at = [], 0
    for match in [*re.finditer(pattern, template, re.S), None]:
        plain = template[at : match.start() if match else None]
        pieces.append(re.sub(r"\{\{\{([\w.]+)\}\}\}|\{\{([\w.]+)\}\}", name, plain))
        if match:
            pieces.append(section(match))
            at = match.end()
    return "".join(pieces)


def test_moodle_reads_every_question_with_its_one_right_answer():
    read = read_as_moodle(moodle_xml({"coursekit/05_gru/gru_step": MADE}))
    assert [one["category"] for one in read] == ["$course$/top/coursekit/05_gru/gru_step"] * len(MADE)
    assert len({one["id"] for one in read}) == len(MADE)
    for one, made in zip(read, MADE, strict=True):
        right = [words(text) for text, fraction in one["answers"].items() if fraction == 100]
        assert right == [made.options[made.right].text.replace("`", "")]
        assert len(one["answers"]) == len(made.options)
        assert made.shown in words(one["text"])
        assert ("h = np.array(" in words(one["text"])) == bool(made.arguments)


def test_signs_of_markup_arrive_as_signs():
    [read] = read_as_moodle(moodle_xml({"a": [NASTY]}))
    assert "is a < b & c > d?" in words(read["text"]) and '"]]> </pre> {{x}} $a$ \ufffd é' in words(read["text"])
    assert [words(text) for text in read["answers"]] == ["h[:, <t>] & more", 'say "a"', "</li>"]
    assert "<code>h[:, &lt;t&gt;]</code>" in next(iter(read["answers"]))


@pytest.fixture
def prairielearn(tmp_path):
    """Writes a question and shows a variant as PrairieLearn does: generate, then the template, then the page."""

    def show(made, seed: int):
        [folder] = {path.rpartition("/")[0] for path in files("05_gru", "gru_step", made)}
        for path, text in files("05_gru", "gru_step", made).items():
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / path).write_text(text, encoding="utf-8")
        spec = importlib.util.spec_from_file_location("server", tmp_path / folder / "server.py")
        server = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(server)
        data = {"params": {}, "correct_answers": {}, "variant_seed": seed, "options": {}}
        data["options"]["question_path"] = str(tmp_path / folder)
        server.generate(data)
        json.dumps(data)  # it is kept in a database
        page = mustache((tmp_path / folder / "question.html").read_text(), {"params": data["params"]})
        info = json.loads((tmp_path / folder / "info.json").read_text())
        return info, data, bs4.BeautifulSoup(page, "html.parser")

    return show


def test_prairielearn_shows_a_variant_for_a_seed(prairielearn):
    seen = Counter()
    for seed in range(len(MADE)):
        info, data, page = prairielearn(MADE, seed)
        assert {"uuid", "title", "topic", "type"} <= set(info) and info["type"] == "v3" and uuid.UUID(info["uuid"])
        element = page.find("pl-multiple-choice")
        assert element["answers-name"] not in data["params"] and element["order"] == "fixed"
        children = element.find_all(recursive=False)
        assert {child.name for child in children} == {"pl-answer"}
        assert [child["correct"] for child in children].count("true") == 1
        inside = [child.decode_contents().strip() for child in children]
        assert len(set(inside)) == len(inside)  # the element refuses choices that are equal
        made = MADE[seed]
        assert words(inside[made.right]) == made.options[made.right].text.replace("`", "")
        assert children[made.right]["correct"] == "true" and made.shown in page.get_text()
        seen[page.get_text()] += 1
    assert len(seen) == len(MADE)


def test_prairielearn_shows_signs_of_markup_as_signs(prairielearn):
    _, _, page = prairielearn([NASTY], 5)
    children = page.find("pl-multiple-choice").find_all(recursive=False)
    assert [child.get_text() for child in children] == ["h[:, <t>] & more", 'say "a"', "</li>"]
    assert words(children[0]["feedback"]) == "x < 1" and "{{x}}" in page.get_text()
