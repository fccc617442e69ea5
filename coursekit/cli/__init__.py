"""The command line: `coursekit VERB`. Each verb is a file of this folder.

A verb's file has SUMMARY, `add_arguments(parser)` and `run(arguments) -> exit status`. What is slow to import
is imported inside its functions, so that `coursekit --help` is quick.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from importlib import import_module

from coursekit.cli.errors import UserError

VERBS = ("start", "lab", "check", "new-course", "grade", "report", "data", "doctor", "release")


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status. What a user can set right is told without a traceback."""
    arguments = _parser().parse_args(_shield(list(sys.argv[1:] if argv is None else argv)))
    try:
        status = arguments.run(arguments)
        sys.stdout.flush()
        return status
    except UserError as error:
        print(f"coursekit {arguments.verb}: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print(f"\ncoursekit {arguments.verb}: stopped, as you asked.", file=sys.stderr)
        return 130
    except BrokenPipeError:  # the reader of our output has gone, as with `| head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # Python flushes once more when it ends
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="coursekit",
        description="A course from the vanilla RNN to the GRU. Its checks say where an answer is wrong.",
        epilog="coursekit VERB --help tells more about a verb.",
    )
    parser.add_argument("--version", action="version", version=_version())
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True)
    for verb in VERBS:
        module = import_module(f"coursekit.cli.{verb.replace('-', '_')}")
        formatter = argparse.RawDescriptionHelpFormatter
        sub = verbs.add_parser(verb, help=module.SUMMARY, description=module.__doc__, formatter_class=formatter)
        module.add_arguments(sub)
        sub.set_defaults(run=module.run)
    return parser


def _version() -> str:
    import coursekit

    return f"coursekit {coursekit.__version__}"


def _shield(argv: list[str]) -> list[str]:
    """What follows `lab` may be JupyterLab's: `--` before it makes argparse leave `--no-browser` alone."""
    if argv[:1] != ["lab"] or argv[1:2] in (["-h"], ["--help"]):
        return argv
    return ["lab", "--", *argv[1:]]
