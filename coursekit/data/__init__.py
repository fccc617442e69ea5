"""Data for the lessons: generated tasks, and real data that comes with packages. Nothing is downloaded."""

from .ngram import NGram, bits_per_character, perplexity
from .tasks import Batch, adding, baseline, copy, counting, first_symbol, flagged_symbol, one_hot
from .text import Text, Vocabulary, chunks, generated_text, split, standard_library_text

__all__ = [
    "Batch",
    "NGram",
    "Text",
    "Vocabulary",
    "adding",
    "baseline",
    "bits_per_character",
    "chunks",
    "copy",
    "counting",
    "first_symbol",
    "flagged_symbol",
    "generated_text",
    "one_hot",
    "perplexity",
    "split",
    "standard_library_text",
]
