"""The known mistakes of lesson 01 in the loss of a language model and in sampling, as answers that can be run."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from coursekit.checking import Mistake
from coursekit.reference.numerics import log_softmax, softmax
from coursekit.topics.vanilla_rnn.answers import lm_loss, rnn_step

# The loss: the mean of the positions that count, with one thing changed.


def _wrong_loss(
    scale: Callable = lambda losses, mask: 1 / mask.sum(),
    gradient_scale: Callable | None = None,
    loss_mask: Callable = lambda mask: mask,
    gradient_mask: Callable = lambda mask: mask,
    error: Callable = lambda p, y: p - y,
    log_p: Callable = log_softmax,
    p: Callable | None = None,
    unit: float = 1.0,
) -> Callable:
    """scale, gradient_scale: what the sum over positions is multiplied by. The masks: which positions it has. p: of the
    logits, where it is not exp(log p)."""

    def loss(logits, targets, mask):
        logp = log_p(logits)
        losses = -np.take_along_axis(logp, targets[..., None], axis=-1)[..., 0] * loss_mask(mask)
        y = np.eye(logits.shape[-1])[targets]
        dlogits = error(p(logits) if p else np.exp(logp), y) * gradient_mask(mask)[..., None]
        factor = (gradient_scale or scale)(losses, mask)
        return (losses * scale(losses, mask)).sum() / unit, dlogits * np.reshape(factor, (*np.shape(factor), 1))

    return loss


def _per_position(losses, mask):
    return 1 / mask.size


def _per_sequence_mean(losses, mask):
    return (1 / (mask.sum(axis=1) * len(mask)))[:, None]


def _unshifted(logits):
    return logits - np.log(np.exp(logits).sum(axis=-1, keepdims=True))


def _quotient(logits):
    e = np.exp(logits)
    return e / e.sum(axis=-1, keepdims=True)


def _along_steps(logits):
    shifted = logits - logits.max(axis=1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))


def _never_zero(eps: float) -> Callable:
    return lambda logits: np.log(softmax(logits) + eps)


def _one_maximum(logits):
    shifted = logits - logits.max()
    return shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))


def _loss_in_place(logits, targets, mask):
    logits -= logits.max(axis=-1, keepdims=True)
    return lm_loss(logits, targets, mask)


_COUNT = "Divide by the number of positions that count, mask.sum(). Padding carries no loss, and is not counted either."

LOSS = (
    Mistake("a mean over all positions, padding counted with a loss of zero", _COUNT, _wrong_loss(_per_position)),
    Mistake(
        "a mask that is not used at all",
        "Positions where mask is False hold padding. What the network predicts there is of no interest.",
        _wrong_loss(_per_position, loss_mask=np.ones_like, gradient_mask=np.ones_like),
    ),
    Mistake(
        "a division by N in place of the number of positions",
        "N counts the sequences. The loss is a mean over characters: how many positions count?",
        _wrong_loss(lambda losses, mask: 1 / len(mask)),
    ),
    Mistake(
        "a sum in place of a mean",
        "A sum grows with the batch and with the length. Divide it, and the gradient, by the number of "
        "positions that count.",
        _wrong_loss(lambda losses, mask: 1.0),
    ),
    Mistake(
        "a mean of the sequences' means",
        "Then a character of a short sequence weighs more than one of a long sequence. Every position "
        "should have the same weight.",
        _wrong_loss(_per_sequence_mean),
        also=(_wrong_loss(_per_sequence_mean, gradient_scale=lambda losses, mask: 1 / mask.sum()),),
    ),
    Mistake(
        "a gradient of the sum, beside a loss that is a mean",
        "What divides the loss divides its gradient as well.",
        _wrong_loss(gradient_scale=lambda losses, mask: 1.0),
    ),
    Mistake(
        "a gradient without the -1 at the target",
        "Add up a row of dlogits: it must give zero, because raising all logits of a row changes nothing.",
        _wrong_loss(error=lambda p, y: p),
    ),
    Mistake(
        "a gradient with the opposite sign",
        "A larger logit at the target makes the loss smaller: the gradient is negative there.",
        _wrong_loss(error=lambda p, y: y - p),
    ),
    Mistake(
        "a mask on the loss, and none on the gradient",
        "What does not count in the loss has no gradient.",
        _wrong_loss(gradient_mask=np.ones_like),
    ),
    Mistake(
        "a mask on the gradient, and none on the loss",
        "The sum over positions must leave the padding out as well.",
        _wrong_loss(loss_mask=np.ones_like),
    ),
    Mistake(
        "a loss in bits",
        "np.log2 gives bits. The loss is asked for in nats, with np.log; that is what the gradient p - y belongs to.",
        _wrong_loss(unit=np.log(2)),
    ),
    Mistake(
        "exponentials that overflow: no maximum is subtracted",
        "exp(1000) is infinity for a computer. Subtract the largest logit of every row first.",
        _wrong_loss(log_p=_unshifted),
        also=(
            _wrong_loss(log_p=_unshifted, p=_quotient),
            _wrong_loss(log_p=lambda logits: np.log(_quotient(logits)), p=_quotient),
        ),
    ),
    Mistake(
        "probabilities of which those of all steps add up to 1, not those of all symbols",
        "The last axis holds the V symbols. Along which axis does yours take the maximum and the sum?",
        _wrong_loss(log_p=_along_steps),
        also=(_wrong_loss(p=lambda logits: np.exp(_along_steps(logits))),),
    ),
    Mistake(
        "a small number added to the probabilities before their logarithm",
        "It only hides a probability that was rounded to zero: the loss of an unlikely target is then cut off. Work "
        "out log p itself, from the shifted logits.",
        _wrong_loss(log_p=_never_zero(1e-8), p=softmax),
        also=tuple(_wrong_loss(log_p=_never_zero(eps), p=softmax) for eps in (1e-7, 1e-9, 1e-10, 1e-12, 1e-15)),
    ),
    Mistake(
        "a gradient at the probabilities in place of the logits: -y / p",
        "dlogits also goes back through the softmax. What remains of both is very short.",
        _wrong_loss(error=lambda p, y: -y / p),
    ),
    Mistake(
        "a gradient with the logits in place of their softmax",
        "From what does the gradient take the 1 of the target: from the scores, or from the probabilities?",
        lambda logits, targets, mask: _wrong_loss(p=lambda logits: logits)(logits, targets, mask),
    ),
    Mistake(
        "one maximum that is subtracted from all rows",
        "Where a row lies far below the largest logit of another one, all its exponentials are rounded to zero. Whose "
        "maximum should be subtracted from a row?",
        _wrong_loss(log_p=_one_maximum),
    ),
    Mistake(
        "the logarithm of a probability that was rounded to zero",
        "The probability of an unlikely target can be smaller than any number, and log(0) is minus infinity."
        " After the shift, work out log p itself: the logarithm of exp(logits) needs no exp.",
        _wrong_loss(log_p=lambda logits: np.log(softmax(logits))),
    ),
    Mistake(
        "a loss that changes logits in place",
        "`logits -= ...` changes the caller's array. `logits = logits - ...` makes a new one.",
        _loss_in_place,
    ),
)


# Sampling: read the start, then draw and feed back, with one thing changed.


def _pick(p: np.ndarray, number: float) -> int:
    return int(np.argmax(np.cumsum(p) > number))


def _wrong_sampling(
    pick: Callable = _pick,
    read: Callable = lambda start_ids: start_ids,
    feed: Callable = lambda drawn, start_ids: drawn,
    probabilities: Callable = lambda logits, temperature: softmax(logits / temperature),
    bias: float = 1.0,
    show_start: bool = False,
) -> Callable:
    """read: which start symbols move the state. feed: what is read after a symbol was drawn, if anything."""

    def sample(params, W_out, b_out, start_ids, u, temperature):
        V, H = W_out.shape
        h = np.zeros((1, H))

        def move(symbol):
            return rnn_step(np.eye(V)[[symbol]], h, params)

        for symbol in read(start_ids):
            h = move(symbol)
        ids = list(start_ids) if show_start else []
        for number in u:
            p = probabilities(h @ W_out.T + bias * b_out, temperature)[0]
            ids.append(pick(p, number))
            following = feed(ids[-1], start_ids)
            h = h if following is None else move(following)
        return np.array(ids)

    return sample


_READ_ALL = "Every start symbol goes through the network, in order, each from the state that the one before has left."
_TEMPERATURE = (
    "Divide the logits by the temperature, before the softmax. A temperature near 0 makes the text predictable."
)

SAMPLING = (
    Mistake(
        "the most likely symbol at every step",
        "argmax gives the same text every time, and soon repeats itself. The number from u decides.",
        _wrong_sampling(pick=lambda p, number: int(np.argmax(p))),
    ),
    Mistake(
        "a state that does not advance while the start is read: only its last symbol is",
        _READ_ALL,
        _wrong_sampling(read=lambda start_ids: start_ids[-1:]),
    ),
    Mistake(
        "a start whose last symbol is not read before the first draw",
        _READ_ALL,
        _wrong_sampling(read=lambda start_ids: start_ids[:-1]),
    ),
    Mistake("a start of which only the first symbol is read", _READ_ALL, _wrong_sampling(read=lambda ids: ids[:1])),
    Mistake("a start that is not read at all", _READ_ALL, _wrong_sampling(read=lambda start_ids: start_ids[:0])),
    Mistake(
        "the last symbol of the start read twice",
        "After the first loop the state has read the whole start. Draw from it before anything else is fed in.",
        _wrong_sampling(read=lambda start_ids: [*start_ids, start_ids[-1]]),
    ),
    Mistake(
        "a start that is read backwards",
        "The start is read in the order in which it is written.",
        _wrong_sampling(read=lambda start_ids: start_ids[::-1]),
    ),
    Mistake(
        "a temperature that multiplies",
        _TEMPERATURE,
        _wrong_sampling(probabilities=lambda a, T: softmax(a * T)),
    ),
    Mistake(
        "a temperature without effect",
        _TEMPERATURE + " Dividing all probabilities by it and adding them up to 1 again changes nothing.",
        _wrong_sampling(probabilities=lambda a, T: softmax(a)),
    ),
    Mistake(
        "a state that does not advance from symbol to symbol",
        "After a symbol is drawn, the network has to read it. Otherwise all symbols are drawn from one distribution.",
        _wrong_sampling(feed=lambda drawn, start_ids: None),
    ),
    Mistake(
        "the last symbol of the start fed in again at every step",
        "The next input is the symbol that was just drawn.",
        _wrong_sampling(feed=lambda drawn, start_ids: start_ids[-1]),
    ),
    Mistake(
        "u compared with each probability by itself",
        "A symbol owns a stretch of the line from 0 to 1, as long as its probability. np.cumsum gives the borders.",
        _wrong_sampling(pick=lambda p, number: int(np.argmax(p > number))),
    ),
    Mistake(
        "borders that are one symbol late",
        "The first symbol owns the stretch from 0 to p[0]. Which index should u = 0 give?",
        _wrong_sampling(pick=lambda p, number: min(_pick(p, number) + 1, len(p) - 1)),
    ),
    Mistake(
        "logits without the bias b_out",
        "The read-out is a product and a bias. Which of the weights does nothing in yours?",
        _wrong_sampling(bias=0.0),
    ),
    Mistake(
        "the start in front of the drawn symbols",
        "Only what was drawn is asked for: n symbols, one for each number of u.",
        _wrong_sampling(show_start=True),
    ),
)
