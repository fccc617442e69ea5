"""An IPython shell without a kernel.

Cells run through IPython's own transform and magics, and what they show is collected in order, by an allow-list of
types, up to a cap.
"""

from __future__ import annotations

import ast
import base64
import io
import sys
from collections.abc import Iterator
from typing import Any

from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.error import UsageError
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.text import SList
from traitlets.config import Config

from . import pictures, tolerance
from .png import SIGNATURE


class Collector:
    """What the running cell or call has shown: a list of [kind, text or {type: data}], at most `cap` characters."""

    def __init__(self) -> None:
        self.reset(0)

    def reset(self, cap: int) -> None:
        self.items: list[list] = []
        self.room, self.cut = cap, False

    def text(self, kind: str, text: str) -> None:
        if len(text) > self.room:
            text, self.cut = text[: max(self.room, 0)], True
        if not text:
            return
        self.room -= len(text)
        if self.items and self.items[-1][0] == kind:
            self.items[-1][1].append(text)
        else:
            self.items.append([kind, [text]])

    def display(self, kind: str, data: dict[str, Any]) -> None:
        kept: dict[str, Any] = {}
        if isinstance(data.get("text/plain"), str):
            kept["text/plain"] = data["text/plain"]
        image = data.get("image/png")
        if isinstance(image, str):  # Matplotlib hands it over as text
            image = base64.b64decode(image)
        if isinstance(image, bytes) and image.startswith(SIGNATURE):
            kept["image/png"] = image
        size = sum(map(len, kept.values()))
        if size > self.room:
            self.cut = True
        elif kept:
            self.room -= size + 64  # an empty display costs something too
            self.items.append([kind, kept])

    def take(self) -> list[list]:
        return [[kind, "".join(data) if isinstance(data, list) else data] for kind, data in self.items]


class Stream(io.TextIOBase):
    """Stands for sys.stdout or sys.stderr: text goes to the collector and nowhere else."""

    encoding, errors = "utf-8", "replace"

    def __init__(self, collector: Collector, kind: str):
        self.collector, self.kind = collector, kind

    def writable(self) -> bool:
        return True

    def reconfigure(self, **_: Any) -> None:
        """It is UTF-8 already."""

    def write(self, text: str) -> int:
        if not isinstance(text, str):
            raise TypeError("write() argument must be str")
        self.collector.text(self.kind, text)
        return len(text)


class Publisher(DisplayPublisher):
    def publish(self, data: dict, metadata: dict | None = None, **_: Any) -> None:
        self.shell.collector.display("display", data)

    def clear_output(self, wait: bool = False) -> None:
        self.shell.collector.items.clear()


class Hook(DisplayHook):
    def write_output_prompt(self) -> None:
        pass

    def write_format_data(self, format_dict: dict, md_dict: dict | None = None) -> None:
        self.shell.collector.display("result", format_dict)


class Shell(InteractiveShell):
    """What a cell asks of its surroundings and cannot have is noted in `passed`, and the cell goes on."""

    displayhook_class, display_pub_class = Hook, Publisher

    def __init__(self, **kwargs: Any):
        self.collector, self.passed = Collector(), tolerance.Passed()
        self.only_definitions = False
        self._next: Iterator[ast.stmt] = iter(())
        self._runs: ast.stmt | None = None  # the statement that may be passed over
        super().__init__(**kwargs)
        self.input_transformers_cleanup.append(tolerance.without_measuring)

    async def run_ast_nodes(self, nodelist: list[ast.stmt], *rest: Any, **options: Any) -> bool:
        if self.only_definitions:
            nodelist = tolerance.definitions(nodelist)
        outer, self._next = self._next, iter(nodelist)
        try:
            return bool(await super().run_ast_nodes(nodelist, *rest, **options))
        finally:
            self._next = outer

    async def run_code(self, code_obj: Any, result: Any = None, *, async_: bool = False) -> bool:
        node = next(self._next, None) if result is not None else None
        outer, self._runs = self._runs, node
        try:
            ended = await super().run_code(code_obj, result, async_=async_)
        finally:
            self._runs = outer
        error = None if result is None else result.error_in_exec
        if not ended or node is None or not self.passed.may_pass(error):
            return ended
        self.passed.note(ast.unparse(node), tolerance.told(error), tolerance.names_of(node))
        result.error_in_exec = None
        return False

    def run_line_magic(self, magic_name: str, line: str, _stack_depth: int = 1) -> Any:
        if magic_name in tolerance.IGNORED or magic_name == "matplotlib" and line.strip() not in ("", "inline", "agg"):
            return self.passed.magic("%", magic_name, line, "not run while a notebook is graded")
        if magic_name == "timeit" and not line.lstrip().startswith("-"):
            line = f"-n1 -r1 {line}"
        try:
            return super().run_line_magic(magic_name, line, _stack_depth + 1)
        except Exception as error:
            return self.passed.magic("%", magic_name, line, tolerance.told(error))

    def run_cell_magic(self, magic_name: str, line: str, cell: str) -> Any:
        if self.find_cell_magic(magic_name) is None:  # the cell without it may be Python all the same
            self.passed.magic("%%", magic_name, line, "not known where the notebook is graded; its cell ran without it")
            return self.run_cell(cell) and None
        try:
            return super().run_cell_magic(magic_name, line, cell)
        except Exception as error:
            return self.passed.magic("%%", magic_name, line, tolerance.told(error))

    def showtraceback(self, exc_tuple: Any = None, *rest: Any, **options: Any) -> None:
        """A statement that is passed over shows no traceback. To make one takes ten times as long as most cells."""
        error = sys.exception()
        if self._runs is None or isinstance(error, UsageError) or not self.passed.may_pass(error):
            super().showtraceback(exc_tuple, *rest, **options)

    def _format_exception_for_storage(self, *_: Any, **__: Any) -> dict[str, Any]:
        """IPython would make the traceback once more for a history that nobody reads."""
        return {}

    def _showtraceback(self, etype: type, evalue: BaseException, stb: list[str]) -> None:
        self.last_traceback = "\n".join(stb)

    def init_virtualenv(self) -> None:
        pass

    def enable_gui(self, gui: str | None = None) -> None:
        pass

    def ask_exit(self) -> None:
        """`exit` at the end of a cell ends a kernel when all is done."""

    def system(self, cmd: str) -> None:
        self.passed.note(f"!{cmd}", "commands of the system cannot be run while a notebook is graded", set())

    system_piped = system_raw = system

    def getoutput(self, cmd: str, split: bool = True, depth: int = 0) -> Any:
        self.system(cmd)
        return SList() if split else ""


def make_shell() -> Shell:
    """The one shell, made before any fork: without history, threads or sockets."""
    from matplotlib.figure import Figure

    config = Config()
    config.HistoryManager.enabled = False
    config.InteractiveShell.colors = "nocolor"
    shell = Shell.instance(config=config)
    shell.last_traceback = ""
    shell.run_line_magic("matplotlib", "inline")
    shell.display_formatter.formatters["image/png"].for_type(Figure, pictures.png)
    return shell
