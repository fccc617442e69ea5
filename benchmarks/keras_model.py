"""The model of the articles run by Keras itself, for lesson 22: its numbers, and its twin with equal weights.

    pip install keras
    OMP_NUM_THREADS=1 KERAS_BACKEND=torch python benchmarks/keras_model.py

trains it on the generated reviews with three seeds, converts the weights, compares all outputs, and writes
benchmarks/results/keras-<date>.json. The course itself needs no keras.
"""

from __future__ import annotations

import argparse
import importlib.util
import time
from pathlib import Path

from coursekit.results import recorded
from coursekit.topics.words import keras_model
from coursekit.topics.words.sentiment import sentiment_task

RESULTS = Path(__file__).resolve().parent / "results"


def main() -> None:
    argparse.ArgumentParser(description=__doc__.split("\n")[0]).parse_args()
    recorded.threads()  # before anything is trained: without them nothing can be written
    if importlib.util.find_spec("keras") is None:
        raise SystemExit("Keras is what is recorded, and it is not installed: pip install keras")
    found = keras_model.measure(sentiment_task())
    path = recorded.write(keras_model.KIND, found, time.process_time(), RESULTS)
    for name, far in keras_model.parity(found):
        print(f"{name}: {far:.1e}")
    print([one["right"] for one in found["trained"]], [one["furthest"] for one in found["trained"]])
    print(f"wrote {path}")


if __name__ == "__main__":
    main()
