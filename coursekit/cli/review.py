"""Ask about what you have solved, before you forget it.

An exercise comes up on the day after its check has passed. Every right answer moves it one box on, and it comes again
after 2, 4, 8 and 16 days; a wrong one brings it back to the first box. In a notebook, `quiz()` asks the same.
Everybody's questions are others, and what you answer stays on this computer.

  coursekit review
  coursekit review --list
"""

from __future__ import annotations

import argparse
import sys
from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from coursekit.desk.book import Book
    from coursekit.desk.quizzes import Asked

SUMMARY = "answer questions about what you have solved, when they are due"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--list", action="store_true", help="only show what lies in which box, and when it is due")


def run(arguments: argparse.Namespace) -> int:
    from coursekit.desk import leitner
    from coursekit.desk.book import book
    from coursekit.desk.home import why_not
    from coursekit.desk.quizzes import nothing_due

    mine, today = book(), date.today()
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="replace")  # a terminal that knows no ✓ shows another sign
    if off := why_not():
        print(off)
    if arguments.list:
        for card in leitner.cards(mine.state()):
            print(f"box {card.box} of {len(leitner.DAYS)}  {card.exercise:<28} due {leitner.when(card.due, today)}")
    else:
        _ask_all(mine, today)
    left = leitner.due(leitner.cards(mine.state()), today)
    if left:
        print(f"{len(left)} exercise{'s are' if len(left) > 1 else ' is'} due today.")
    else:
        print(nothing_due(leitner.cards(mine.state()), today))
    return 0


def _ask_all(mine: Book, today: date) -> None:
    """One question about everything that is due, until there is nothing left or an empty answer comes."""
    from coursekit.desk import leitner
    from coursekit.desk.quizzes import Asked, ask
    from coursekit.questions import NoQuestions

    for card in leitner.due(leitner.cards(mine.state()), today):
        try:
            asked = ask(mine, card.exercise)
        except (NoQuestions, LookupError):  # this version has no questions about it, or no such exercise
            continue
        if not isinstance(asked, Asked):
            continue
        print(f"{asked.item.text}\n")
        letter = _letter(asked)
        if not letter:
            return
        done = ask(mine, card.exercise, asked.number, letter)
        print(f"{done.outcome}\n")


def _letter(asked: Asked) -> str:
    """The letter that was typed; "" to stop."""
    letters = ", ".join(letter for letter, _ in asked.item.lettered)
    while True:
        try:
            typed = input(f"Your answer ({letters}; Enter stops): ").strip()
        except EOFError:
            print()
            return ""
        if not typed or asked.item.chosen(typed) is not None:
            return typed
        print(f"{typed!r} stands before no option.")
