"""A question of PrairieLearn for an exercise, of which everybody gets a variant.

PrairieLearn's server does not have this package: the variants are made here, and its server.py picks one by the seed
of the student's own. The tests of this course hold the files to PrairieLearn's documentation (question, server.py) and
to what its element pl-multiple-choice accepts.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence
from typing import Any

from coursekit.checking.as_code import arguments_as_code
from coursekit.questions.item import Item
from coursekit.questions.markup import inline, question

SERVER = '''\
"""Picks a variant by the seed that PrairieLearn gives to it."""

import json
import os


def generate(data):
    place = os.path.join(data["options"]["question_path"], "variants.json")
    with open(place, encoding="utf-8") as file:
        variants = json.load(file)
    data["params"].update(variants[int(data["variant_seed"]) % len(variants)])
'''

QUESTION = """\
<pl-question-panel>
{{{params.question}}}
</pl-question-panel>
<pl-multiple-choice answers-name="choice" order="fixed">
{{#params.choices}}
<pl-answer correct="{{correct}}" feedback="{{feedback}}">{{{text}}}</pl-answer>
{{/params.choices}}
</pl-multiple-choice>
"""


def files(lesson: str, exercise: str, items: Sequence[Item]) -> dict[str, str]:
    """The files of a question, by their path in a course's folder."""
    folder = f"questions/coursekit_quiz/{exercise}"
    own = {
        "info.json": json.dumps(info(lesson, exercise), indent=2) + "\n",
        "question.html": QUESTION,
        "server.py": SERVER,
        "variants.json": json.dumps([variant(item) for item in items], indent=1) + "\n",
    }
    return {f"{folder}/{name}": text for name, text in own.items()}


def info(lesson: str, exercise: str) -> dict[str, Any]:
    """The question's info.json."""
    number, _, name = lesson.partition("_")
    return {
        "uuid": str(uuid.uuid5(uuid.NAMESPACE_OID, f"coursekit quiz {exercise}")),
        "title": f"{number} {name.replace('_', ' ')}: {exercise}",
        "topic": "Recurrent networks",
        "tags": ["coursekit", "quiz"],
        "type": "v3",
    }


def variant(item: Item) -> dict[str, Any]:
    """What question.html shows of one variant. feedback is HTML, and becomes the value of an attribute."""
    choices = [
        {
            "text": str(inline(option.text)),
            "correct": "true" if place == item.right else "false",
            "feedback": str(inline(option.why)) if place == item.right else "",
        }
        for place, option in enumerate(item.options)
    ]
    arguments = arguments_as_code(item.arguments) if item.arguments else ""
    return {"question": question(item, arguments), "choices": choices}
