"""The engine of the checks: draw inputs, call, compare, localise, diagnose, report.

It knows nothing about recurrent networks; what an exercise asks is data in `coursekit.topics`. It remembers
nothing either; that is for `coursekit.desk`.

From the bottom to the top: what is asked (`exercise`), what was seen (`facts`) and what it comes to (`outcome`), the
words for it (`sentences`, `message`, `html`), and the `report`, which can be shown and stored. Only the words are for
people; whatever decides something reads kinds, verdicts and facts. `tracing` follows a wrong answer line by line.
`engine` does the work, `notebook` is what learners call.
"""

from coursekit.checking import registry
from coursekit.checking.engine import evaluate
from coursekit.checking.exercise import Draw, Exercise, Mistake, Tensor
from coursekit.checking.notebook import check
from coursekit.checking.outcome import Verdict
from coursekit.checking.report import Report

__all__ = ["Draw", "Exercise", "Mistake", "Report", "Tensor", "Verdict", "check", "evaluate", "registry"]
