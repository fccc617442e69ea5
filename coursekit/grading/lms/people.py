"""Who of the gradebook is meant by a line of a learning management system's table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from coursekit.grading.submission.names import one_spelling


@dataclass(frozen=True)
class Person:
    """A student, as the gradebook knows them."""

    id: str
    name: str = ""
    email: str = ""
    lms_user_id: str = ""

    def is_called(self, what: str, said: str) -> bool:
        """what: "id", "email" or "lms_user_id"."""
        own = getattr(self, what)
        return bool(own) and one_spelling(own).casefold() == one_spelling(said).casefold()


@dataclass(frozen=True)
class Identity:
    """What a cell says of who is meant: a text, and which names of a student it can be, such as ("id", "email")."""

    said: str
    names: tuple[str, ...]


class Unclear(ValueError):
    """A line could mean more than one student, or nobody for sure; the message says why."""


def meant(identities: Sequence[Identity], people: Iterable[Person]) -> Person | None:
    """The one student whom all cells mean that mean somebody; None if no cell means anybody.

    A mail address that differs from the known one speaks against a student: numbers of two systems may agree by
    chance. Raises Unclear.
    """
    people = list(people)
    found: dict[str, Person] = {}
    for identity in filter(lambda identity: identity.said, identities):
        for person in people:
            if any(person.is_called(name, identity.said) for name in identity.names):
                found[person.id] = person
    if len(found) > 1:
        raise Unclear(f"could be {' or '.join(sorted(found))}")
    for person in found.values():
        for identity in identities:
            if (
                identity.names == ("email",)
                and identity.said
                and person.email
                and not person.is_called("email", identity.said)
            ):
                raise Unclear(f"could be {person.id}, whose mail address is {person.email}")
    return next(iter(found.values()), None)


def by_line(
    lines: Mapping[int, Sequence[Identity]], people: Iterable[Person]
) -> tuple[dict[int, Person], dict[int, str]]:
    """By line the student who is meant, and why nobody is for sure. A student of two lines is in neither."""
    people = list(people)
    found: dict[int, Person] = {}
    unclear: dict[int, str] = {}
    for line, identities in lines.items():
        try:
            person = meant(identities, people)
        except Unclear as why:
            unclear[line] = str(why)
            continue
        if person is not None:
            found[line] = person
    for person in {person.id: person for person in found.values()}.values():
        several = [line for line, one in found.items() if one.id == person.id]
        if len(several) > 1:
            unclear |= {line: f"is {person.id}, and so is another line" for line in several}
            for line in several:
                del found[line]
    return found, unclear
