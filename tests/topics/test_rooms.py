"""Each room holds what its map says, and the right answers lie where they are looked for."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from coursekit import topics
from coursekit.checking import registry

ROOMS = {module.__package__.rpartition(".")[2]: module for module in topics.modules("exercises")}
ANSWERS = {module.__package__: module for module in topics.modules("answers")}
MAPPED = [room for room in ROOMS if ".py " in (Path(topics.__path__[0]) / room / "__init__.py").read_text()]


def test_there_are_rooms_with_answers_and_maps():
    assert len(ROOMS) == 20 and len(ANSWERS) == len(MAPPED) == 20


@pytest.mark.parametrize("room", MAPPED)
def test_the_map_of_a_room_names_each_of_its_files(room: str):
    folder = Path(topics.__path__[0]) / room
    named = re.findall(r"^(\w+\.py) ", (folder / "__init__.py").read_text(), re.MULTILINE)
    assert sorted([*named, "__init__.py"]) == sorted(path.name for path in folder.glob("*.py"))


@pytest.mark.parametrize("room", [room for room in ROOMS if ROOMS[room].__package__ in ANSWERS])
def test_every_right_answer_lies_in_answers(room: str):
    exercises = [e for e in registry.every() if e.lesson == ROOMS[room].LESSON]
    assert exercises
    for exercise in exercises:
        assert exercise.reference in vars(ANSWERS[ROOMS[room].__package__]).values(), exercise.name
