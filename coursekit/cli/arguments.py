"""What several commands are told in the same way."""

from __future__ import annotations

import argparse
from pathlib import Path


def add_course(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--course", metavar="DIR", type=Path, default=Path("."), help="the course's folder (default: here)"
    )
