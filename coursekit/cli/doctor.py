"""Look at this computer and say what works, what is missing, and how to mend it.

  ok       it works
  missing  an extra that is not here: lessons can be done without it
  broken   lessons need it; the line says what to do

Nothing is changed, and nothing is sent anywhere. Exit status: 0 if lessons can be done here, 1 if something that they
need is broken.

  coursekit doctor
"""

from __future__ import annotations

import argparse
import importlib.util

SUMMARY = "say what works on this computer, and how to mend what does not"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    del parser  # it needs nothing


def run(arguments: argparse.Namespace) -> int:
    from coursekit.cli.checkup import every
    from coursekit.cli.finding import BROKEN, OK

    broken, isolated = 0, False
    for finding in every():
        broken += finding.state == BROKEN
        isolated |= finding.what == "sandbox" and finding.state == OK
        print(finding, flush=True)  # at once: the slow checks come last
    print(f"\n{_verdict(broken)}")
    if not broken and not isolated:
        print("A class cannot be graded safely here, since its notebooks cannot be isolated: see sandbox.")
    return 1 if broken else 0


def _verdict(broken: int) -> str:
    if not broken and importlib.util.find_spec("jupyterlab") is None:
        return "Lessons can be done here, in an editor that opens notebooks; JupyterLab is not installed."
    if not broken:
        return "Lessons can be done here: `coursekit lab` opens them."
    what = "One thing has" if broken == 1 else f"{broken} things have"
    return f"{what} to be mended before lessons can be done here."
