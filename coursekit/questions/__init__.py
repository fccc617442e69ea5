"""Questions made of what is known about the exercises: their mistakes, their right answers, their shapes.

item.py      a question with its options, as data and as text
numbers.py   which mistake made these numbers?
lines.py     which line is wrong?
shapes.py    which shape has this value?
code.py      the right answer as the last two show it: numbered lines
bank.py      the questions of an exercise, another one for every number and everybody

markup.py    a question as HTML
moodle.py    questions as Moodle imports them
prairielearn.py   a folder for PrairieLearn
"""

from coursekit.questions.bank import NoQuestions, item, items
from coursekit.questions.item import Item, Option

__all__ = ["Item", "NoQuestions", "Option", "item", "items"]
