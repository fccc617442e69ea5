"""The engine of the checks: draw inputs, call, compare, localise, diagnose, report.

It knows nothing about recurrent networks; what an exercise asks is data in `coursekit.topics`. It remembers
nothing either; that is for `coursekit.desk`.
"""

from coursekit.checking import registry
from coursekit.checking.engine import evaluate
from coursekit.checking.exercise import Draw, Exercise, Mistake, Tensor
from coursekit.checking.notebook import check
from coursekit.checking.outcome import Verdict
from coursekit.checking.report import Report

__all__ = ["Draw", "Exercise", "Mistake", "Report", "Tensor", "Verdict", "check", "evaluate", "registry"]
