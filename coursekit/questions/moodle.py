"""Questions as Moodle XML, which a teacher imports into the question bank.

The tests of this course hold it to what Moodle's importer reads: question/format/xml/format.php, import_multichoice.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from coursekit.checking.as_code import arguments_as_code
from coursekit.questions.item import Item
from coursekit.questions.markup import inline, question

_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_PENALTY = "0.3333333"  # Moodle's own, for trying once more where a quiz allows it


def moodle_xml(questions: Mapping[str, Sequence[Item]]) -> str:
    """One file with a category for every exercise, so that a quiz can draw at random from it.

    questions: by the name of a category, such as "coursekit/05_gru/gru_step".
    """
    quiz = Element("quiz")
    for category, items in questions.items():
        place = SubElement(SubElement(quiz, "question", type="category"), "category")
        SubElement(place, "text").text = f"$course$/top/{category}"
        for number, item in enumerate(items, 1):
            quiz.append(_question(item, number))
    ElementTree.indent(quiz, "")
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(quiz, encoding="unicode") + "\n"


def _question(item: Item, number: int) -> Element:
    made = Element("question", type="multichoice")
    _text(SubElement(made, "name"), f"{item.exercise} {number}: {item.asks.replace('`', '')}")
    arguments = arguments_as_code(item.arguments) if item.arguments else ""
    _text(SubElement(made, "questiontext", format="html"), question(item, arguments))
    _text(SubElement(made, "generalfeedback", format="html"), "")
    for name, value in {
        "defaultgrade": "1",
        "penalty": _PENALTY,
        "hidden": "0",
        "idnumber": _idnumber(item),
        "single": "true",
        "shuffleanswers": "false" if item.kind == "line" else "true",  # lines stay in their order
        "answernumbering": "ABCD",
        "showstandardinstruction": "0",
    }.items():
        SubElement(made, name).text = value
    for name, said in {"correctfeedback": "Right.", "incorrectfeedback": "Not this one."}.items():
        _text(SubElement(made, name, format="html"), said)
    for place, option in enumerate(item.options):
        right = place == item.right
        answer = _text(SubElement(made, "answer", fraction="100" if right else "0", format="html"), inline(option.text))
        _text(SubElement(answer, "feedback", format="html"), inline(option.why) if right else "")
    return made


def _idnumber(item: Item) -> str:
    """A name under which Moodle knows a question, the same whenever it is made."""
    return f"coursekit-{item.exercise}-{hashlib.sha256(item.text.encode()).hexdigest()[:12]}"


def _text(element: Element, text: str) -> Element:
    SubElement(element, "text").text = _NO_XML.sub("\ufffd", text)
    return element
