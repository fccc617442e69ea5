"""What changed between two tries of one exercise, from a small summary of the earlier report."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from coursekit.checking.facts import Failure, FirstWrongValue, Whole, to_data
from coursekit.checking.outcome import Case, CaseKind, FindingKind, Outcome, Verdict
from coursekit.checking.words import listed

_RAN = (Verdict.PASSED, Verdict.WRONG)


def summary(report: Outcome) -> dict[str, Any]:
    """What a later try is compared with, as JSON data of a few hundred bytes.

    numbers: in how many draws numbers came back. stops: the name of the first error, or "".
    right: the tensors that are right in every draw. wrong: by tensor, the first thing that is wrong with it: the kind,
    the first place as data, and the relative error or None. findings: a digest, equal for equal numbers.
    untold: the names of wrong draws with advice that the report need not have given.
    first_wrong: the first wrong value of the answer as data, or None. edits: the changes of the right answer that give
    these numbers, as data.
    """
    wrong: dict[str, dict[str, Any]] = {}
    for case in report.draws:
        for finding in case.findings:
            if finding.tensor:
                place = next((to_data(fact) for fact in finding.where if not isinstance(fact, Whole)), None)
                wrong.setdefault(finding.tensor, {"kind": finding.kind, "place": place, "error": finding.error})
    right = dict.fromkeys(name for case in report.draws for name in case.right if name not in wrong)
    return {
        "verdict": report.verdict,
        "seed": report.seed,
        "draws": [sum(case.passed for case in report.draws), len(report.draws)],
        "numbers": sum(_has_numbers(case) for case in report.draws),
        "stops": next((f.what.name for c in report.draws for f in c.findings if isinstance(f.what, Failure)), ""),
        "manners": sorted({f.kind for case in report.cases if case.kind == CaseKind.CONDUCT for f in case.findings}),
        "right": list(right),
        "wrong": wrong,
        "diagnoses": list(report.diagnoses),
        "untold": [c.name for c in report.draws if c.findings and c.advice and c.advice != report.failed.advice],
        "findings": _digest(report.cases),
        "edits": [to_data(fact) for fact in report.edits],
        "first_wrong": next((to_data(fact) for fact in report.along if isinstance(fact, FirstWrongValue)), None),
    }


def _has_numbers(case: Case) -> bool:
    kinds = (FindingKind.VALUE, FindingKind.NAN, FindingKind.SHAPE)
    return bool(case.right) or any(finding.kind in kinds for finding in case.findings)


def _digest(cases: Sequence[Case]) -> str:
    """Findings with all their digits: two answers with different wrong numbers have different errors."""
    seen = [[c.name, c.right, [(f.kind, f.tensor, f.what, f.where, f.error) for f in c.findings]] for c in cases]
    return hashlib.sha256(json.dumps(seen, default=to_data).encode()).hexdigest()[:16]


def since(before: Mapping[str, Any], report: Outcome) -> tuple[str, ...]:
    """One or two sentences for a learner who tries again; none if there is nothing worth saying.

    before: the `summary` of the report before this one. Where one that another version wrote lacks something, nothing
    is said that needs it.
    """
    try:
        return _since(before, summary(report))
    except (LookupError, TypeError, AttributeError, ValueError, ArithmeticError):
        return ()


def _since(before: Mapping[str, Any], now: Mapping[str, Any]) -> tuple[str, ...]:
    was, verdict = Verdict(before["verdict"]), now["verdict"]
    if before["seed"] != now["seed"] or was == verdict == Verdict.PASSED:
        return ()
    if verdict == Verdict.PASSED:
        return ("What was wrong is right now.",) if was == Verdict.WRONG else ("It runs now, and it is right.",)
    if was == Verdict.PASSED:
        return ("Your last try was right. What did you change since then?",)
    if before["findings"] == now["findings"]:
        return (_nothing_changed(now),)
    if verdict not in _RAN or was not in _RAN or not (before["numbers"] and now["numbers"]):
        return (_other_end(before, now),)
    return _other_numbers(before, now)


def _nothing_changed(now: Mapping[str, Any]) -> str:
    if now["verdict"] == Verdict.NOT_WRITTEN:
        return "Still the line that raises NotImplementedError. Did you run the cell with your answer?"
    what = "The same numbers as last time" if now["numbers"] else "The same as last time"
    return f"{what}. If you changed your answer, run its cell first, then this one."


def _other_end(before: Mapping[str, Any], now: Mapping[str, Any]) -> str:
    """What became of an answer that gave no numbers last time, or gives none now."""
    was, verdict = Verdict(before["verdict"]), now["verdict"]
    if verdict == Verdict.WRONG and now["numbers"]:
        it = "It" if was == Verdict.WRONG else "It runs now and"
        return f"{it} returns numbers{'' if now['numbers'] == now['draws'][1] else ' in some draws'}."
    if verdict == Verdict.WRONG:
        if was == Verdict.WRONG:
            return "Numbers came back last time." if before["numbers"] else "Something else came back than last time."
        return "It runs to its end now; what comes back is not what is asked for yet."
    if was == Verdict.WRONG:
        return "Last time it ran to its end."
    if was == Verdict.NOT_WRITTEN:
        return "It is written now."
    if verdict == Verdict.NOT_WRITTEN:
        return "Last time it was written: now there is the line that raises NotImplementedError."
    if was == verdict and before["stops"] == now["stops"]:
        return f"It still stops with {now['stops']}." if verdict == Verdict.RAISED else "It stops as last time."
    return "It stops in another way than last time."


def _other_numbers(before: Mapping[str, Any], now: Mapping[str, Any]) -> tuple[str, ...]:
    """Which tensors became right, which wrong, and what became of those that stayed wrong."""
    fixed = [name for name in before["wrong"] if name in now["right"]]
    broken = [name for name in now["wrong"] if name in before["right"]]
    parts = []
    if fixed:
        parts.append(f"{listed(fixed)} {_be(fixed)} now right")
    if broken:
        were = "was" if len(broken) == 1 else "were"
        parts.append(f"{listed(broken)} {_be(broken)} wrong now, and {were} right before")
    said = [f"{'; '.join(parts)}."] if parts else []
    said += _manners(before["manners"], now["manners"])
    stayed = [name for name in now["wrong"] if name in before["wrong"]]
    if stayed:
        said.append(_still_wrong(stayed[0], before, now, several=len(stayed) > 1))
    elif parts:
        said.append(_moved(before, now).strip())
    return tuple(filter(None, said))[:2] or (_draws(before["draws"], now["draws"]),)


def _moved(before: Mapping[str, Any], now: Mapping[str, Any]) -> str:
    was, became = ((each.get("first_wrong") or {}).get("line") for each in (before, now))
    moved = None not in (was, became) and was != became
    return f" The first wrong line was {was} and is {became} now." if moved else ""


def _renamed(was: Sequence[Mapping[str, Any]], became: Sequence[Mapping[str, Any]]) -> str:
    """What became of the differences from the right computation that were named."""
    left = [edit for edit in was if edit not in became]
    if not was or not left:
        return ""
    if became and len(left) < len(was):
        return " One of the differences that were named is gone."
    return " The difference that was named is gone, and another is there." if became else ""


def _manners(before: Sequence[str], now: Sequence[str]) -> list[str]:
    words = {
        FindingKind.CHANGED: "it leaves its arguments alone",
        FindingKind.SHARED: "its results have memory of their own",
        FindingKind.RANDOM: "two calls give the same numbers",
        FindingKind.OVERFLOW: "NumPy warns of no overflow or division by zero",
    }
    mended = [words[kind] for kind in before if kind not in now and kind in words]
    return [f"Now {listed(mended)}."] if mended else []


def _still_wrong(name: str, before: Mapping[str, Any], now: Mapping[str, Any], several: bool) -> str:
    was, became = before["wrong"][name], now["wrong"][name]
    which = f"{name}, the first of those that are still wrong," if several else name
    if was["kind"] == FindingKind.TYPE and became["kind"] != FindingKind.TYPE:
        return f"{which} has numbers now."
    if (was["kind"], became["kind"]) == (FindingKind.SHAPE, FindingKind.VALUE):
        return f"{which} has the right shape now."
    if was["kind"] != became["kind"]:
        return f"{which} is still wrong, in another way."
    if was["error"] is None or became["error"] is None:
        return f"{which} is still wrong, as before."
    place = ""
    if was["place"] and became["place"]:
        place = ", at the same place" if was["place"] == became["place"] else ", at another place"
    gone = _moved(before, now)
    gone += " It is no longer the known mistake." if before["diagnoses"] and not now["diagnoses"] else ""
    gone += _renamed(before.get("edits") or [], now["edits"])
    if f"{was['error']:.1e}" == f"{became['error']:.1e}":
        return f"{which} is still wrong{place}, and by as much.{gone}"
    return f"{which} is still wrong{place}; the error was {was['error']:.2g} and is {became['error']:.2g}.{gone}"


def _draws(before: Sequence[int], now: Sequence[int]) -> str:
    if before[0] == now[0]:
        return "Other numbers than last time; as many draws are right."
    return f"{now[0]} of {now[1]} draws are right now; last time {before[0]}."


def _be(names: Sequence[str]) -> str:
    return "is" if len(names) == 1 else "are"
