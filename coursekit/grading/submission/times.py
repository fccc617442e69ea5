"""When something was handed in: the time of a timestamp file, or a sentence that says why a person has to look."""

from __future__ import annotations

import contextlib
import os
import re
import warnings
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from dateutil import parser

TIMESTAMP = "timestamp.txt"
"""File of a submission in which nbgrader keeps the time at which it was collected."""

_MAX_BYTES = 200
_YEARS = range(2000, 2100)
_NBGRADERS = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6} UTC")  # as `in_utc` writes it
_EPOCH = {9: 1.0, 10: 1.0, 13: 1e3, 16: 1e6}  # digits of a time since 1970, and how many of them make a second

# Names that mean one offset wherever they are written, in hours: RFC 5322, section 4.3, and those of Europe. CST, IST
# and their kin mean several; the course's own zone may settle which.
_NAMES = {"UTC": 0, "UT": 0, "GMT": 0, "Z": 0, "WET": 0, "WEST": 1, "CET": 1, "CEST": 2, "EET": 2, "EEST": 3}
_NAMES |= {"EST": -5, "EDT": -4, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7}


class NotATime(ValueError):
    """A text from which no one time can be read; the message says why."""


@dataclass(frozen=True)
class HandedIn:
    """When a submission was handed in.

    time:  in UTC, without saying so, as nbgrader has all times. None if there is none, or none that can be read.
    doubt: why there is none, as a sentence for a person, who then says whether the work is late; empty if all is well.
    """

    time: datetime | None = None
    doubt: str = ""


def handed_in(folder: Path, zone: str = "") -> HandedIn:
    """The time of a submission's folder.

    zone: the one that the course's `Exchange.timezone` names, by which an abbreviation is understood.
    """
    path = folder / TIMESTAMP
    if not os.path.lexists(path):
        return HandedIn()
    try:
        return HandedIn(time_of(_text(path), zone))
    except (NotATime, OSError) as reason:
        said = getattr(reason, "strerror", None) or reason
        return HandedIn(doubt=f"{TIMESTAMP} {said}: whether this is late, a person has to say")


def time_of(text: str, zone: str = "") -> datetime:
    """The time that a text names, in UTC without saying so; as nbgrader, it takes one without a zone for UTC.

    Seconds since 1970 are a time, too. Raises NotATime for what is none, lacks a part of the date or the time of day,
    names a zone that nobody knows, or could be read in two ways.
    """
    text = text.strip()
    if not text:
        raise NotATime("is empty")
    if _NBGRADERS.fullmatch(text):  # nearly every one: dateutil needs a hundred times as long
        with contextlib.suppress(ValueError):
            return _of_our_days(datetime.fromisoformat(text.removesuffix(" UTC")), text)
    digits = re.fullmatch(r"(\d+)(\.\d+)?", text)
    if digits and len(digits[1]) in _EPOCH:
        found = datetime.fromtimestamp(float(text) / _EPOCH[len(digits[1])], UTC)
    else:
        found = _parsed(text, zone)
    if found.tzinfo is not None:
        found = found.astimezone(UTC).replace(tzinfo=None)
    return _of_our_days(found, text)


def _of_our_days(found: datetime, text: str) -> datetime:
    if found.year not in _YEARS:
        raise NotATime(f"says {text!r}, which is in the year {found.year}")
    return found


def in_utc(time: datetime) -> str:
    """A time as nbgrader writes it."""
    return f"{time:%Y-%m-%d %H:%M:%S.%f} UTC"


def _parsed(text: str, zone: str) -> datetime:
    # As JavaScript writes it, "GMT+0200 (CEST)"; dateutil would take the offset of a name for one of the other sign.
    text = re.sub(r"\b(?<!/)(?:UTC?|GMT) ?(?=[+-]\d[\d:]*$)", "", re.sub(r" \([\w .]+\)$", "", text))
    if named := re.search(r"(?<!/)[A-Z]{3,}(?=[+-]\d)", text):
        raise NotATime(f"says {text!r}, and what {named[0]} and a number mean can be told in two ways")
    # After the year comes the month: only where the year is last can the day stand before it. Of two digits each of the
    # three may be the year.
    orders: tuple[dict[str, bool], ...] = ({}, {"dayfirst": True})
    if re.match(r"\d{4}(\d{4})?\D", text):
        orders = ({},)
    elif not re.search(r"(?<!\d)\d{4}(?!\d)", text):
        orders = (*orders, {"yearfirst": True})
    found = {_read(text, zone, default, order) for default in _DEFAULTS for order in orders}
    if len(found) == 1:
        return found.pop()
    if len({_read(text, zone, default, {}) for default in _DEFAULTS}) > 1:
        raise NotATime(f"says {text!r}, which lacks a part of the date or the time of day")
    raise NotATime(f"says {text!r}, whose date can be told in two ways")


_DEFAULTS = (datetime(2001, 1, 1, 1, 1), datetime(2002, 2, 2, 2, 2))  # what a text does not say is taken from these


def _read(text: str, zone: str, default: datetime, order: dict[str, bool]) -> datetime:
    place = re.fullmatch(r"(.*\S)\s+(\w+(?:/[\w+-]+)+)", text)  # such as Europe/Berlin
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", parser.UnknownTimezoneWarning)
            if place:
                return _at(parser.parse(place[1], default=default, **order), place[2])
            naive = parser.parse(text, default=default, ignoretz=True, **order)
            return parser.parse(
                text,
                default=default,
                **order,
                tzinfos=lambda name, seconds: _zone(name, seconds, naive, zone),
            )
    except NotATime as reason:
        raise NotATime(f"says {text!r}, {reason}") from None
    except _UnknownZone as unknown:
        raise NotATime(f"says {text!r}, and {unknown} is the name of several time zones, or of none") from None
    except ZoneInfoNotFoundError:
        raise NotATime(f"says {text!r}, and there is no time zone {place[2]}") from None
    except Exception:  # dateutil raises many kinds for what is not a time
        raise NotATime(f"says {text!r}, which is no time") from None


def _at(clock: datetime, place: str) -> datetime:
    """What the clocks of a place, such as Europe/Berlin, have shown."""
    if clock.tzinfo is not None:
        raise NotATime("which names two time zones")
    first, second = (clock.replace(tzinfo=ZoneInfo(place), fold=fold) for fold in (0, 1))
    if first.utcoffset() != second.utcoffset():
        raise NotATime("which the clocks there show twice or never, as summer time begins or ends")
    return first


class _UnknownZone(Exception):
    """Its name."""


def _zone(name: str | None, seconds: int | None, naive: datetime, home: str) -> tzinfo | None:
    """The zone that stands behind a time: by its offset, by its name in the course's own zone, or by its name."""
    if name is None and seconds is None:
        return None
    if seconds is not None and (name is None or name in ("UTC", "GMT", "Z") or seconds):
        return timezone(timedelta(seconds=seconds))
    for fold in (0, 1):
        local = naive.replace(tzinfo=_home(home), fold=fold)
        if local.tzname() == name and name != "UTC":
            return timezone(local.utcoffset())
    if name not in _NAMES:
        raise _UnknownZone(name)
    return timezone(timedelta(hours=_NAMES[name]))


def _home(zone: str) -> tzinfo:
    try:
        return ZoneInfo(zone) if zone else UTC
    except (ZoneInfoNotFoundError, ValueError):
        return UTC


def _text(path: Path) -> str:
    """The text of a timestamp file; editors and shells of Windows put a mark before it, or write two bytes a letter."""
    if path.is_symlink() or not path.is_file():
        raise NotATime("is no plain file")
    with path.open("rb") as file:
        content = file.read(_MAX_BYTES + 1)
    if len(content) > _MAX_BYTES:
        raise NotATime("is too long for a time")
    try:
        return content.decode("utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    except UnicodeDecodeError:
        raise NotATime("is no text") from None
