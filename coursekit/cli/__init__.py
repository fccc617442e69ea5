"""The command line: `coursekit VERB`. Each verb is a file of this folder.

A verb's file has SUMMARY, `add_arguments(parser)` and `run(arguments) -> exit status`. What is slow to import
is imported inside its functions, so that `coursekit --help` is quick.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Mapping, Sequence
from importlib import import_module
from types import ModuleType

from coursekit.cli.errors import missing_package
from coursekit.told import Told

GROUPS = {
    "for learners": ("start", "lab", "check", "progress", "review", "data", "export-c"),
    "for teachers": (
        "new-course",
        "grade",
        "grade-one",
        "watch",
        "report",
        "years",
        "anonymise",
        "similar",
        "extend",
        "withdraw",
        "regrade",
        "export",
        "feedback",
        "send-grades",
        "pack",
        "questions",
        "move-gradebook",
    ),
    "for everyone": ("doctor",),
    "for authors of lessons": ("release",),
}
VERBS = tuple(verb for group in GROUPS.values() for verb in group)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status. What a user can set right is told without a traceback."""
    argv = list(sys.argv[1:] if argv is None else argv)
    parser = _parser()
    if not argv:
        parser.print_help(sys.stderr)
        return 2
    arguments = parser.parse_args(_shield(argv))
    environment = dict(os.environ)
    try:
        status = arguments.run(arguments)
        sys.stdout.flush()
        return status
    except Told as error:
        print(f"coursekit {arguments.verb}: {error}", file=sys.stderr)
        return 2
    except ModuleNotFoundError as error:
        said = missing_package(error)
        if said is None:
            raise
        print(f"coursekit {arguments.verb}: {said}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print(f"\ncoursekit {arguments.verb}: stopped, as you asked.", file=sys.stderr)
        return 130
    except BrokenPipeError:  # the reader of our output has gone, as with `| head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # Python flushes once more when it ends
        return 1
    finally:  # --no-sandbox holds for its own command, whatever the same process grades next
        _restore(environment)


def _restore(environment: Mapping[str, str]) -> None:
    for name in os.environ.keys() - environment.keys():
        del os.environ[name]
    os.environ.update(environment)


def _parser() -> argparse.ArgumentParser:
    modules = {verb: import_module(f"coursekit.cli.{verb.replace('-', '_')}") for verb in VERBS}
    as_written = argparse.RawDescriptionHelpFormatter
    usage, overview = "coursekit [-h] [--version] VERB ...", _overview(modules)
    parser = argparse.ArgumentParser("coursekit", usage, overview, formatter_class=as_written)
    parser.add_argument("--version", action="version", version=_version())
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True, prog="coursekit", help=argparse.SUPPRESS)
    for verb, module in modules.items():
        sub = verbs.add_parser(verb, description=module.__doc__, formatter_class=as_written)
        module.add_arguments(sub)
        sub.set_defaults(run=module.run)
    return parser


def _overview(modules: Mapping[str, ModuleType]) -> str:
    """What `coursekit --help` says: every verb with its sentence, by who needs it."""
    lines = ["A course from the vanilla RNN to the GRU. Its checks say where an answer is wrong."]
    for title, group in GROUPS.items():
        lines += ["", f"{title}:", *(f"  {verb:<14} {modules[verb].SUMMARY}" for verb in group)]
    return "\n".join([*lines, "", "`coursekit VERB --help` tells more about a verb, with examples."])


def _version() -> str:
    import coursekit

    return f"coursekit {coursekit.__version__}"


def _shield(argv: list[str]) -> list[str]:
    """What follows `lab` may be JupyterLab's: `--` before it makes argparse leave `--no-browser` alone."""
    if argv[:1] != ["lab"] or argv[1:2] in (["-h"], ["--help"]):
        return argv
    return ["lab", "--", *argv[1:]]
