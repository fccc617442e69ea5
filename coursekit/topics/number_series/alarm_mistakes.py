"""Runnable mistakes of lesson 21 about what is rare: precision that cheats with ties, warnings that come too late."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from coursekit.checking import Mistake
from coursekit.topics.number_series.answers import precision_at_k, warnings_in_time


def _chosen(order: Callable[[np.ndarray, np.ndarray], np.ndarray]) -> Callable:
    """The first k cases of another order."""

    def answer(score, fraud, k):
        k = min(k, len(score))
        found = fraud[order(score, fraud)[:k]].sum()
        return found / k, found / fraud.sum()

    return answer


def _marked(which: Callable[[np.ndarray, float], np.ndarray]) -> Callable:
    """All cases that lie so to the k-th highest score, however many they are."""

    def answer(score, fraud, k):
        marked = which(score, np.sort(score)[-min(k, len(score))])
        found = fraud[marked].sum()
        return found / max(1, marked.sum()), found / fraud.sum()

    return answer


def _all_equal_found(score, fraud, k):
    k = min(k, len(score))
    found = fraud[score >= np.sort(score)[-k]].sum()
    return found / k, found / fraud.sum()


def _with(
    k_of: Callable = lambda k, n, frauds: k, precision: Callable = lambda found, k, n: found / min(k, n)
) -> Callable:
    """Another k, or another way from the number found to a precision."""

    def answer(score, fraud, k):
        recall = precision_at_k(score, fraud, k_of(k, len(score), fraud.sum()))[1]
        return precision(recall * fraud.sum(), k, len(score)), recall

    return answer


def _accuracy(score, fraud, k):
    found = precision_at_k(score, fraud, k)[1] * fraud.sum()
    k = min(k, len(score))
    right = found + (len(score) - k) - (fraud.sum() - found)
    return right / len(score), found / fraud.sum()


PRECISION = (
    Mistake(
        "the k lowest scores",
        "A high score is suspicious.",
        lambda score, fraud, k: precision_at_k(-score, fraud, k),
    ),
    Mistake(
        "ties that are left in the order of the list",
        "A sort has to put equal scores somewhere. If the list is ordered otherwise tomorrow, is the result the same?",
        _chosen(lambda score, fraud: np.argsort(-score, kind="stable")),
    ),
    Mistake(
        "ties in the reverse order of the list",
        "A sort has to put equal scores somewhere. If the list is ordered otherwise tomorrow, is the result the same?",
        _chosen(lambda score, fraud: np.argsort(score, kind="stable")[::-1]),
    ),
    Mistake(
        "ties with the fraud first",
        "Nobody who looks knows which of the equal cases is the fraud. Give each the same chance.",
        _chosen(lambda score, fraud: np.lexsort([~fraud, -score])),
    ),
    Mistake(
        "ties with the fraud last",
        "Bad luck in every tie is luck too. Give each of the equal cases the same chance.",
        _chosen(lambda score, fraud: np.lexsort([fraud, -score])),
    ),
    Mistake(
        "more than k cases: all that are equal to the k-th",
        "There is time for k cases and no more. How many places are left for the equal ones?",
        _marked(lambda score, last: score >= last),
    ),
    Mistake(
        "all frauds among the equal cases found, however few places are left",
        "There is time for k cases and no more. How many places are left for the equal ones?",
        _all_equal_found,
    ),
    Mistake(
        "fewer than k cases: only those above the k-th",
        "Some of the equal cases are looked at too. How many places are left for them?",
        _marked(lambda score, last: score > last),
    ),
    Mistake(
        "a division by k where there are fewer than k cases",
        "How many cases have been looked at?",
        _with(precision=lambda found, k, n: found / k),
    ),
    Mistake(
        "a k that is cut to the number of frauds",
        "Who looks does not know how many there are: k cases are looked at.",
        lambda score, fraud, k: precision_at_k(score, fraud, min(k, int(fraud.sum()))),
    ),
    Mistake(
        "the number found, divided by all cases",
        "Precision is a share of the cases that have been looked at.",
        _with(precision=lambda found, k, n: found / n),
    ),
    Mistake(
        "recall and precision exchanged",
        "First the share of the looked-at cases that are fraud, then the share of the fraud that was found.",
        lambda score, fraud, k: precision_at_k(score, fraud, k)[::-1],
    ),
    Mistake(
        "accuracy in place of precision",
        "It counts the many honest cases that nobody looked at, and nearly everything is right.",
        _accuracy,
    ),
    Mistake(
        "cases drawn without a look at the score",
        "Do the scores decide anything?",
        lambda score, fraud, k: precision_at_k(0 * score, fraud, k),
    ),
)


def _begins(event: np.ndarray) -> np.ndarray:
    return np.flatnonzero(event & ~np.concatenate([[False], event[:-1]]))


def _warned(
    *,
    heard: Callable = lambda alarm, event: alarm & ~event,
    places: Callable = _begins,
    silent: Callable = lambda t, quiet, warns: t + quiet,
    warns: Callable = lambda begins, t, ahead: (begins > t) & (begins <= t + ahead),
    join: Callable = lambda old, new: np.maximum(old, new),
    counts: Callable = lambda warned: not warned.any(),
    chain: bool = False,
) -> Callable:
    """The count with one part exchanged. chain: an alarm that is not heard makes the silence longer as well."""

    def answer(alarm, event, ahead, quiet):
        begins = places(event)
        lead, false, silent_until = np.zeros(len(begins), int), 0, -1
        for t in np.flatnonzero(heard(alarm, event)):
            if t <= silent_until:
                silent_until = t + quiet if chain else silent_until
                continue
            warned = warns(begins, t, ahead)
            silent_until = silent(t, quiet, bool(warned.any()))
            lead[warned] = join(lead[warned], begins[warned] - t)
            false += bool(counts(warned))
        return lead, false

    return answer


def _ends(event: np.ndarray) -> np.ndarray:
    return np.flatnonzero(event & ~np.concatenate([event[1:], [False]]))


def _first_event_only(begins, t, ahead):
    warned = (begins > t) & (begins <= t + ahead)
    return warned & (np.cumsum(warned) == 1)


def _found_only(alarm, event, ahead, quiet):
    lead, false = warnings_in_time(alarm, event, ahead, quiet)
    return lead[lead > 0], false


def _missed_as_longest(alarm, event, ahead, quiet):
    lead, false = warnings_in_time(alarm, event, ahead, quiet)
    return np.where(lead == 0, ahead, lead), false


def _from_all_alarms(alarm, event, ahead, quiet):
    begins, places = _begins(event), np.flatnonzero(alarm & ~event)
    reach = begins[:, None] - places
    lead = np.where((reach > 0) & (reach <= ahead), reach, 0).max(axis=1, initial=0)
    return lead, warnings_in_time(alarm, event, ahead, quiet)[1]


def _silence_begins_within_events(alarm, event, ahead, quiet):
    begins = _begins(event)
    lead, false, silent_until = np.zeros(len(begins), int), 0, -1
    for t in np.flatnonzero(alarm):
        if t > silent_until:
            silent_until = t + quiet
            if not event[t]:
                warned = (begins > t) & (begins <= t + ahead)
                lead[warned] = np.maximum(lead[warned], begins[warned] - t)
                false += not warned.any()
    return lead, int(false)


def _silence_waits_for_event(alarm, event, ahead, quiet):
    outside = np.flatnonzero(~event)  # the readings that this silence counts
    begins = _begins(event)
    lead, false, silent = np.zeros(len(begins), int), 0, 0
    for t in outside:
        if silent:
            silent -= 1
        elif alarm[t]:
            silent = quiet
            warned = (begins > t) & (begins <= t + ahead)
            lead[warned] = np.maximum(lead[warned], begins[warned] - t)
            false += not warned.any()
    return lead, int(false)


def _silence_ends_with_event(alarm, event, ahead, quiet):
    begins = _begins(event)
    lead, false, silent_until = np.zeros(len(begins), int), 0, -1
    for t in range(len(alarm)):
        silent_until = -1 if event[t] else silent_until
        if alarm[t] and not event[t] and t > silent_until:
            silent_until = t + quiet
            warned = (begins > t) & (begins <= t + ahead)
            lead[warned] = np.maximum(lead[warned], begins[warned] - t)
            false += not warned.any()
    return lead, int(false)


WARNINGS = (
    Mistake(
        "alarms within an event that are heard",
        "Once it has begun everybody knows: an alarm there is neither a warning nor false, and silences nothing.",
        _warned(heard=lambda alarm, event: alarm),
    ),
    Mistake(
        "alarms within an event that begin a silence",
        "Who is not heard silences nobody.",
        _silence_begins_within_events,
    ),
    Mistake(
        "a silence that stands still during an event",
        "The silence is counted in readings, those of an event among them.",
        _silence_waits_for_event,
    ),
    Mistake(
        "lead times from alarms that nobody heard",
        "An alarm within a silence warns of nothing.",
        _from_all_alarms,
    ),
    Mistake(
        "every alarm heard, without a silence",
        "Someone is looking already: for `quiet` readings after a heard alarm no other one is heard.",
        _warned(silent=lambda t, quiet, warns: -1),
    ),
    Mistake(
        "a silence that every alarm makes longer",
        "Only an alarm that is heard begins a silence.",
        _warned(chain=True),
    ),
    Mistake(
        "a silence after false alarms alone",
        "When an alarm rings, nobody knows yet whether it is false.",
        _warned(silent=lambda t, quiet, warns: -1 if warns else t + quiet),
    ),
    Mistake(
        "a silence that is one reading too short",
        "After a heard alarm at t the readings t + 1 to t + quiet are silent: quiet of them.",
        _warned(silent=lambda t, quiet, warns: t + quiet - 1),
    ),
    Mistake(
        "a silence that is one reading too long",
        "After a heard alarm at t the readings t + 1 to t + quiet are silent: the next one is heard again.",
        _warned(silent=lambda t, quiet, warns: t + quiet + 1),
    ),
    Mistake(
        "a silence that ends when an event does",
        "The silence is counted in readings, whatever happens meanwhile.",
        _silence_ends_with_event,
    ),
    Mistake(
        "lead times from the last warning",
        "The first warning is the one that gave the time.",
        _warned(join=lambda old, new: new),
    ),
    Mistake(
        "warnings however early",
        "An alarm hours before an event says nothing about it. What is `ahead` for?",
        _warned(warns=lambda begins, t, ahead: (begins > t) & (np.cumsum(begins > t) == 1)),
    ),
    Mistake(
        "a reach that is one reading too short",
        "An event that begins at t + ahead is warned of as well.",
        _warned(warns=lambda begins, t, ahead: (begins > t) & (begins < t + ahead)),
    ),
    Mistake(
        "a reach that is one reading too long",
        "The last event that is warned of begins at t + ahead.",
        _warned(warns=lambda begins, t, ahead: (begins > t) & (begins <= t + ahead + 1)),
    ),
    Mistake(
        "a warning that serves one event alone",
        "Two events may begin within its reach.",
        _warned(warns=_first_event_only),
    ),
    Mistake(
        "lead times to the end of an event",
        "The warning should come before it begins.",
        _warned(places=_ends),
    ),
    Mistake(
        "events without a warning that are left out",
        "Who leaves out what was missed reports long warnings. An event without one has a lead of 0.",
        _found_only,
    ),
    Mistake(
        "events without a warning counted as warned in full",
        "An event without a warning has a lead of 0.",
        _missed_as_longest,
    ),
    Mistake(
        "every heard alarm counted as false",
        "An alarm that warns of an event is not false.",
        _warned(counts=lambda warned: True),
    ),
    Mistake(
        "alarms and events exchanged",
        "Which of the two was said, and which was true?",
        lambda alarm, event, ahead, quiet: warnings_in_time(event, alarm, ahead, quiet),
    ),
)
