"""Lesson 16, recommendation: whole sessions on either side of a moment, what follows what, ranked lists with ties."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from coursekit.checking import Draw, Exercise, Tensor
from coursekit.checking.registry import register
from coursekit.topics.recommendation import mistakes
from coursekit.topics.recommendation.answers import recall_and_mrr, split_sessions, transition_counts

LESSON = "16_recommendation"


def _draw_logs(rng: np.random.Generator) -> Iterator[Draw]:
    """Sessions before, over and after the cut; one that begins exactly at the cut, and one that ends there."""
    for name, sessions in {"three sessions": 3, "full size": 8, "other sizes": 11}.items():
        cut = float(rng.integers(200, 300))
        starts = cut + np.linspace(-100, 60, sessions) + rng.uniform(-4, 4, sessions)
        starts[sessions // 2 + 1 :] = np.maximum(starts[sessions // 2 + 1 :], cut + 5)
        lengths = rng.integers(2, 5, sessions)
        minute = [
            start + np.concatenate([[0], np.cumsum(rng.uniform(1, 5, n - 1))])
            for start, n in zip(starts, lengths, strict=True)
        ]
        middle = sessions // 2
        minute[middle] = cut + np.linspace(-6, 9, lengths[middle])  # is going on at the cut
        if sessions > 3:
            minute[middle + 1] = cut + np.arange(lengths[middle + 1]) * 2.0  # begins exactly then
            minute[middle - 1] = cut - np.arange(lengths[middle - 1])[::-1] * 2.0  # ends exactly then
        names = rng.permutation(np.arange(10, 10 + 3 * sessions, 3))
        args = {"session": np.repeat(names, lengths), "minute": np.concatenate(minute), "cut": cut}
        yield Draw(name, args, {"n": int(lengths.sum())})


register(
    Exercise(
        name="split_sessions",
        lesson=LESSON,
        asks="For each click whether it is in the training part (its session ended before the cut) and whether it is "
        "in the test part (its session began at the cut or later).",
        reference=split_sessions,
        returns=(Tensor("train", ("n",), exact=True), Tensor("test", ("n",), exact=True)),
        draw=_draw_logs,
        mistakes=mistakes.SPLIT,
        hints=(
            "A session that is going on at the cut would tell the training how a test session begins. Where does it "
            "belong?",
            "For every session find the time of its first click and of its last one. Those two decide about all of its "
            "clicks.",
            "For one session s: minute[session == s].min() and .max(). Training: the last click is < cut. Test: the "
            "first is >= cut.",
        ),
        points=2,
    )
)


def _draw_clicks(rng: np.random.Generator) -> Iterator[Draw]:
    """Logs in which pairs repeat, an item follows itself, and the last item of a session meets the next one's first.
    From the second log on nobody clicks the last item."""
    for name, (items, lengths) in {
        "one session": (4, [6]),
        "three sessions": (4, [5, 4, 6]),
        "full size": (6, [7, 3, 9, 5, 8]),
        "other sizes": (5, [4, 9, 6, 7]),
    }.items():
        session = np.repeat(np.sort(rng.choice(90, len(lengths), replace=False)), lengths)
        item = rng.integers(items - (len(lengths) > 1), size=len(session))
        item[1:3] = item[0]  # the same item three times in a row
        item[4] = item[3] if item[3] != item[0] else (item[3] + 1) % (items - 1)
        yield Draw(name, {"session": session, "item": item, "items": items}, {"n": len(item), "items": items})


register(
    Exercise(
        name="transition_counts",
        lesson=LESSON,
        asks="How often item j comes right after item i in the same session: entry (i, j).",
        reference=transition_counts,
        returns=(Tensor("counts", ("items", "items"), exact=True),),
        draw=_draw_clicks,
        mistakes=mistakes.TRANSITIONS,
        hints=(
            "Neighbours in the log are a pair only if they are in one session.",
            "Compare session, without its first entry, with session, without its last: that tells which "
            "neighbours are a pair.",
            "With same = session[1:] == session[:-1], a pair is item[:-1][same] before and item[1:][same] "
            "after. counts[before, after] += 1 counts a repeated pair once only; np.add.at(counts, (before, "
            "after), 1), or a loop, counts each.",
        ),
        points=2,
    )
)


def _draw_scores(rng: np.random.Generator) -> Iterator[Draw]:
    """Scores with ties around the target, targets inside and outside the first k, and one exactly at place k."""
    sizes = {"two lists": (2, 5, 2), "full size": (9, 12, 4), "other sizes": (7, 9, 3), "one list": (1, 6, 4)}
    for name, (N, K, k) in sizes.items():
        scores = np.stack([rng.permutation(K) for _ in range(N)]).astype(float)
        order = np.argsort(-scores, axis=1)
        places = rng.permutation(np.arange(N) % K)
        places[:2] = (0, k)[:N]  # the first place, and the first that is not shown
        if N > 2:
            places[2], places[6] = k - 1, K - 1  # the last place that is shown, and the last of all
        target = order[np.arange(N), places]
        if N > 2:
            ties = [(3, 1, 2), (4, k - 1, 3), (5, k, 2)]  # list, place of the target, how many more have its score
            for (n, place, more), which in zip(ties, (min, max, min), strict=True):  # first and last in the list
                tied = order[n, place : place + more + 1]
                target[n], scores[n, tied] = which(tied), scores[n, order[n, place]]
        yield Draw(name, {"scores": scores, "target": target, "k": k}, {"N": N, "K": K})


register(
    Exercise(
        name="recall_and_mrr",
        lesson=LESSON,
        asks="The chance that the target is among the first k of each list, if items of equal score stand in random "
        "order; the mean of that; and the mean of 1 / rank, with 0 beyond k, over the same random order.",
        reference=recall_and_mrr,
        returns=(Tensor("hit", ("N",)), Tensor("recall"), Tensor("mrr")),
        draw=_draw_scores,
        mistakes=mistakes.RANKS,
        hints=(
            "Compare all scores of a list with the score of its target: how many are better, and how many are equal? "
            "The target itself is one of the equal ones.",
            "The equal items share the places better + 1 to better + equal, and the target is on each of them with the "
            "same chance. How many of these places are among the first k?",
            "Recall: np.clip((k - better) / equal, 0, 1) for each list. MRR: add 1 / place over the shared places up "
            "to k, and divide by equal; a cumulative sum of 1 / place saves the loop over lists.",
        ),
        points=3,
    )
)
