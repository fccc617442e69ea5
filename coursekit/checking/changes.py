"""What changed between two tries of one exercise, from a small summary of the earlier report."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from coursekit.checking.report import MANNERS, Case, Report

_RAN = ("passed", "wrong")
_WHOLE = ("Every number", "It is")  # such a sentence is about the whole tensor and names no place


def summary(report: Report) -> dict[str, Any]:
    """What a later try is compared with, as JSON data of a few hundred bytes.

    right: the tensors that are right in every draw. wrong: by tensor, the first thing that is wrong with it: the kind,
    the place as the report says it, and the relative error or None. digest: equal for equal numbers.
    """
    wrong: dict[str, dict[str, Any]] = {}
    for case in report.draws:
        for finding in case.findings:
            if finding.tensor:
                place = next((said for said in finding.where if not said.startswith(_WHOLE)), "")
                wrong.setdefault(finding.tensor, {"kind": finding.kind, "place": place, "error": finding.error})
    right = dict.fromkeys(name for case in report.draws for name in case.right if name not in wrong)
    return {
        "verdict": report.verdict,
        "seed": report.seed,
        "draws": [sum(case.passed for case in report.draws), len(report.draws)],
        "manners": sorted({f.kind for case in report.cases if case.name == MANNERS for f in case.findings}),
        "right": list(right),
        "wrong": wrong,
        "diagnoses": list(report.diagnoses),
        "digest": _digest(report.cases),
    }


def _digest(cases: Sequence[Case]) -> str:
    """Findings with all their digits: two answers with different wrong numbers have different errors."""
    seen = [[c.name, c.right, [(f.kind, f.what, f.where, f.error) for f in c.findings]] for c in cases]
    return hashlib.sha256(json.dumps(seen, default=str).encode()).hexdigest()[:16]


def since(before: Mapping[str, Any], report: Report) -> tuple[str, ...]:
    """One or two sentences for a learner who tries again; none if there is nothing worth saying.

    before: the `summary` of the report before this one. One that another version wrote, and that lacks something, says
    nothing.
    """
    try:
        return _since(before, summary(report))
    except (KeyError, TypeError, AttributeError, ValueError):
        return ()


def _since(before: Mapping[str, Any], now: Mapping[str, Any]) -> tuple[str, ...]:
    was, verdict = before["verdict"], now["verdict"]
    if before["seed"] != now["seed"] or (was == "passed" and verdict == "passed"):
        return ()
    if verdict == "passed":
        return ("What was wrong is right now.",) if was == "wrong" else ("It runs now, and it is right.",)
    if was == "passed":
        return ("Your last try was right. What did you change since then?",)
    if before["digest"] == now["digest"]:
        return (_nothing_changed(verdict),)
    if verdict not in _RAN or was not in _RAN:
        return (_other_verdict(was, verdict),) if was != verdict else ("It stops in another way than last time.",)
    return _other_numbers(before, now)


def _nothing_changed(verdict: str) -> str:
    if verdict == "not written":
        return "Still the line that raises NotImplementedError. Did you run the cell with your answer?"
    what = "The same numbers as last time" if verdict == "wrong" else "The same as last time"
    return f"{what}. If you changed your answer, run its cell first, then this one."


def _other_verdict(was: str, verdict: str) -> str:
    if verdict == "wrong":
        return "It runs now and returns numbers."
    if was == "wrong":
        return "Last time it ran to its end."
    return "It is written now." if was == "not written" else "It stops in another way than last time."


def _other_numbers(before: Mapping[str, Any], now: Mapping[str, Any]) -> tuple[str, ...]:
    """Which tensors became right, which wrong, and what became of those that stayed wrong."""
    fixed = [name for name in before["wrong"] if name in now["right"]]
    broken = [name for name in now["wrong"] if name in before["right"]]
    parts = []
    if fixed:
        parts.append(f"{_listed(fixed)} now right")
    if broken:
        parts.append(f"{_listed(broken)} wrong now, and {'was' if len(broken) == 1 else 'were'} right before")
    said = [f"{'; '.join(parts)}."] if parts else []
    said += _manners(before["manners"], now["manners"])
    stayed = [name for name in now["wrong"] if name in before["wrong"]]
    if stayed:
        said.append(_still_wrong(stayed[0], before, now, several=len(stayed) > 1))
    return tuple(said[:2]) or (_draws(before["draws"], now["draws"]),)


def _manners(before: Sequence[str], now: Sequence[str]) -> list[str]:
    words = {
        "changed": "it leaves its arguments alone",
        "shared": "its results have memory of their own",
        "random": "two calls give the same numbers",
        "overflow": "nothing overflows",
    }
    mended = [words[kind] for kind in before if kind not in now and kind in words]
    return [f"Now {' and '.join(mended)}."] if mended else []


def _still_wrong(name: str, before: Mapping[str, Any], now: Mapping[str, Any], several: bool) -> str:
    was, became = before["wrong"][name], now["wrong"][name]
    which = f"{name}, the first of those that are still wrong," if several else name
    if (was["kind"], became["kind"]) == ("shape", "value"):
        return f"{which} has the right shape now."
    if was["kind"] != became["kind"]:
        return f"{which} is still wrong, in another way."
    if was["error"] is None or became["error"] is None:
        return f"{which} is still wrong, as before."
    place = ""
    if was["place"] and became["place"]:
        place = ", at the same place" if was["place"] == became["place"] else ", at another place"
    gone = " It is no longer the known mistake." if before["diagnoses"] and not now["diagnoses"] else ""
    if f"{was['error']:.1e}" == f"{became['error']:.1e}":
        return f"{which} is still wrong{place}, and by as much.{gone}"
    return f"{which} is still wrong{place}; the error was {was['error']:.2g} and is {became['error']:.2g}.{gone}"


def _draws(before: Sequence[int], now: Sequence[int]) -> str:
    if before[0] == now[0]:
        return "Other numbers than last time; as many draws are right."
    return f"{now[0]} of {now[1]} draws are right now; last time {before[0]}."


def _listed(names: Sequence[str]) -> str:
    words = names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
    return f"{words} {'is' if len(names) == 1 else 'are'}"
