"""Lesson 22, a chatbot turn: an answer that is looked up, one that is looked up and adapted, and one that is written.

task = ReplyTask(*shop_turns())
table, writers = compare(task, seeds=(0, 1, 2))
Lookup(task)("do you have red shoes in size 40")        # the answer, and how alike the question is, 0 to 1
writers[0]("do you have red shoes in size 40")          # the same from a network: the answer, and its probability
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

from coursekit.nn import GRU
from coursekit.results.comparison import Comparison
from coursekit.topics.words.answers import PADDING, word_ids
from coursekit.topics.words.shop import COLOURS, DAYS, PRICES, SIZES, Turn
from coursekit.training.progress import trainings
from coursekit.training.seeded import seeded
from coursekit.training.torch_loop import train_in_stages, with_seeds

STAGES = ((400, 0.012), (100, 0.003))  # steps, learning rate
BATCH = 48
MOST = 80  # words in the vocabulary: more than there are
LONGEST = 12  # words of an answer
LOOKED_UP, ADAPTED, WRITTEN = "looked up", "looked up, its words exchanged", "GRU encoder and decoder"
_BEGIN, _END = "<begin>", "<end>"


class ReplyTask(NamedTuple):
    """Turns to learn from, and turns to be judged by."""

    train: list[Turn]
    test: list[Turn]

    def ids(self, texts: Sequence[Sequence[str]]) -> tuple[np.ndarray, np.ndarray]:
        """Words as numbers, with the vocabulary of the training turns."""
        known = [[_BEGIN, *turn.question.split(), *turn.answer.split(), _END] for turn in self.train]
        return word_ids(known, texts, MOST)


class Lookup:
    """question -> the answer to the most similar training question, and the similarity of the two, from 0 to 1.

    Similar: the cosine of the counts of words, rare ones weighing more (tf-idf, Salton and Buckley 1988).
    adapts: whether words of the answer are exchanged for the asker's own of the same list, a colour for a colour.
    """

    def __init__(self, task: ReplyTask, adapts: bool = False) -> None:
        self.turns, self.adapts = task.train, adapts
        questions = [turn.question.split() for turn in task.train]
        stands_in = Counter(word for words in questions for word in set(words))
        self._weight = {word: np.log(1 + len(questions) / times) for word, times in stands_in.items()}
        self._column = {word: k for k, word in enumerate(stands_in)}
        self._known = np.stack([self._vector(words) for words in questions])

    def _vector(self, words: Sequence[str]) -> np.ndarray:
        found, rare = np.zeros(len(self._column)), np.log(1 + len(self.turns))
        unknown = 0.0
        for word in words:
            if word in self._column:
                found[self._column[word]] += self._weight[word]
            else:
                unknown += rare**2
        return found / np.sqrt((found**2).sum() + unknown + 1e-12)

    def __call__(self, question: str) -> tuple[str, float]:
        similar = self._known @ self._vector(question.split())
        turn = self.turns[int(similar.argmax())]
        answer = _exchanged(turn, question) if self.adapts else turn.answer
        return answer, float(similar.max())


def _exchanged(turn: Turn, question: str) -> str:
    """The answer with its colour, thing, size, day and price made those of the question."""
    words = turn.answer.split()
    for choices in (COLOURS, SIZES, DAYS, tuple(PRICES)):
        asked = [word for word in question.split() if word in choices]
        words = [asked[0] if asked and word in choices else word for word in words]
    thing = next((word for word in words if word in PRICES), None)
    return " ".join(PRICES[thing] if before == "cost" and thing else word
                    for before, word in zip(["", *words], words, strict=False))  # fmt: skip


class ReplyModel(nn.Module):
    """question (N, S), its lengths (N,), answer so far (N, T) -> logits of the next words (N, T, V), as in lesson 13
    without attention: the last valid state of one GRU is the first of the other.
    """

    def __init__(self, V: int, D: int = 16, units: int = 48) -> None:
        super().__init__()
        self.words = nn.Embedding(V, D, padding_idx=PADDING)
        self.encoder, self.decoder = GRU(D, units, batch_first=True), GRU(D, units, batch_first=True)
        self.read_out = nn.Linear(units, V)

    def forward(self, question: Tensor, lengths: Tensor, answer: Tensor) -> Tensor:
        hs, _ = self.encoder(self.words(question))
        read = hs[torch.arange(len(hs)), lengths - 1]
        return self.read_out(self.decoder(self.words(answer), read[None])[0])


def train_replies(task: ReplyTask, seed: int, stages: Sequence[tuple[int, float]] = STAGES) -> nn.Module:
    """The decoder sees the right words so far, and is asked for the next (teacher forcing)."""
    question, lengths = task.ids([turn.question.split() for turn in task.train])
    answer, _ = task.ids([[_BEGIN, *turn.answer.split(), _END] for turn in task.train])
    with seeded(seed):
        network = ReplyModel(MOST + 2)

    def batch(rng: np.random.Generator) -> tuple:
        rows = rng.integers(0, len(question), BATCH)
        return question[rows], lengths[rows], answer[rows]

    def loss(model: nn.Module, batch: tuple) -> tuple[Tensor, float]:
        question, lengths, answer = map(torch.from_numpy, batch)
        logits = model(question, lengths, answer[:, :-1])
        value = nn.functional.cross_entropy(logits.flatten(0, 1), answer[:, 1:].flatten(), ignore_index=PADDING)
        return value, value.item()

    return train_in_stages(network, batch, with_seeds(stages, seed), loss=loss, progress=False)


class Writer:
    """question -> the words that a trained network writes, the likeliest at each place, and their probability."""

    def __init__(self, task: ReplyTask, model: nn.Module) -> None:
        self.task, self.model = task, model
        words = [*dict.fromkeys(word for turn in task.train for word in f"{turn.question} {turn.answer}".split()), _END]
        self._word = {int(k): word for k, word in zip(task.ids([words])[0][0], words, strict=True)}
        self._begin = int(task.ids([[_BEGIN]])[0][0, 0])

    def all(self, questions: Sequence[str]) -> list[tuple[str, float]]:
        """The answers to several questions, and how probable each is to the network."""
        ids, lengths = map(torch.from_numpy, self.task.ids([one.split() for one in questions]))
        written = torch.full((len(questions), 1), self._begin)
        sure = torch.zeros(len(questions))
        with torch.no_grad():
            for _ in range(LONGEST):
                log_p = torch.log_softmax(self.model(ids, lengths, written)[:, -1], dim=1)
                best, word = log_p.max(dim=1)
                open_ = ~(written == self._number_of_end).any(dim=1)
                sure += torch.where(open_, best, torch.zeros(()))
                written = torch.cat([written, word[:, None]], dim=1)
        texts = [self._text(row) for row in written[:, 1:].tolist()]
        return list(zip(texts, sure.exp().tolist(), strict=True))

    @property
    def _number_of_end(self) -> int:
        return next(number for number, word in self._word.items() if word == _END)

    def _text(self, row: Sequence[int]) -> str:
        words = [self._word.get(number, "?") for number in row]
        return " ".join(words[: words.index(_END)] if _END in words else words)

    def __call__(self, question: str) -> tuple[str, float]:
        return self.all([question])[0]


def compare(
    task: ReplyTask,
    seeds: Sequence[int] = (0, 1, 2),
    *,
    stages: Sequence[tuple[int, float]] = STAGES,
    progress: bool | None = None,
) -> tuple[Comparison, list[Writer]]:
    """Answers that are right word for word, in per cent of the test questions, and the trained networks."""
    about = f"{len(task.test)} generated test questions; seeds {', '.join(map(str, seeds))}"
    table = Comparison("answers right word for word", False, "%", about)

    def right(answers: Sequence[tuple[str, float]]) -> float:
        return 100 * float(np.mean([said == turn.answer for (said, _), turn in zip(answers, task.test, strict=True)]))

    for name, adapts in ((LOOKED_UP, False), (ADAPTED, True)):
        answer: Callable = Lookup(task, adapts)
        table.add(name, right([answer(turn.question) for turn in task.test]), baseline=True)
    writers = [Writer(task, train_replies(task, seed, stages)) for seed in trainings(seeds, progress)]
    questions = [turn.question for turn in task.test]
    table.add(WRITTEN, [right(writer.all(questions)) for writer in writers])
    return table, writers
