"""Lesson 13: encoder, attention and decoder."""

from coursekit.figures.diagrams.primitives import Diagram, Drawing
from coursekit.figures.style import course_figure


@course_figure
def encoder_attention_decoder() -> Diagram:
    """Below the encoder with a state for each letter; above it two steps of the decoder, and what one looks at."""
    draw = Drawing(height=6.1)
    states = []
    for k, letter in enumerate("3␣May"):
        x = 0.8 + 1.05 * k
        state = draw.box(x, 1.6, f"$s_{k + 1}$", "GRU", width=0.65)
        draw.arrow(draw.box(x, 0.6, letter, width=0.65, height=0.5), state)
        if states:  # one layer reads forwards, one backwards
            draw.arrow((x - 0.725, 1.7), (x - 0.325, 1.7), kind="GRU")
            draw.arrow((x - 0.325, 1.5), (x - 0.725, 1.5), kind="GRU")
        states.append(state)
    context = draw.box(2.9, 4.0, "weighted sum", "z", width=1.7)
    for state in states:
        draw.arrow(state, (state.x, 2.6), (2.9 + 0.28 * (state.x - 2.9), 3.7), kind="z", dashed=True)
    decoder = [draw.box(x, 3.4, f"$d_{k}$", "LSTM", width=0.7) for k, x in ((1, 6.4), (2, 8.4))]
    read_out = [draw.box(state.x, 4.6, "read-out", width=1.1) for state in decoder]
    written = [draw.box(state.x, 5.6, sign, width=0.7, height=0.5) for state, sign in zip(decoder, "05", strict=True)]
    for state, out, sign in zip(decoder, read_out, written, strict=True):
        draw.arrow(state, out)
        draw.arrow(out, sign)
    draw.arrow(states[-1], (6.4, 1.6), decoder[0], kind="GRU")
    draw.arrow(*decoder, kind="LSTM")
    draw.arrow(decoder[1], (9.8, 3.4), kind="LSTM")
    draw.arrow(decoder[0], (5.2, 3.4), (3.75, 3.9), kind="LSTM", dashed=True)
    draw.arrow(context, (2.9, 4.6), read_out[0], kind="z")
    draw.arrow(written[0], (7.4, 5.6), (7.4, 3.75), (8.05, 3.5), dashed=True)
    draw.label(4.6, 4.82, "context", fontsize=10)
    draw.label(4.95, 3.12, "query", fontsize=10)
    draw.label(6.6, 2.2, "weights: softmax of $d$ · $s_k$", side="left", fontsize=10)
    draw.label(5.9, 0.6, "encoder: reads all, both ways", side="left", fontsize=10)
    draw.label(5.8, 5.6, "decoder: writes sign by sign", side="right", fontsize=10)
    return draw.finished(
        "Encoder, attention and decoder. The encoder reads the text in both directions and makes a state of every "
        "letter; its ends are the first state of the decoder. At each step the decoder compares its state, the "
        "query, with all of them. The softmax of the products weighs them, and their weighted sum, the context, "
        "goes into the read-out beside the decoder's state. Each sign that is written is read in the next step."
    )
