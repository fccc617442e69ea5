"""An IPython shell without a kernel.

Cells run through IPython's own transform and magics, and what they show is collected in order, by an allow-list of
types, up to a cap.
"""

from __future__ import annotations

import base64
import io
from typing import Any

from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from IPython.core.pylabtools import select_figure_formats
from traitlets.config import Config

PNG = b"\x89PNG\r\n\x1a\n"


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
        if isinstance(image, bytes) and image.startswith(PNG):
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
    displayhook_class, display_pub_class = Hook, Publisher

    def __init__(self, **kwargs: Any):
        self.collector = Collector()
        super().__init__(**kwargs)

    def _showtraceback(self, etype: type, evalue: BaseException, stb: list[str]) -> None:
        self.last_traceback = "\n".join(stb)

    def init_virtualenv(self) -> None:
        pass

    def enable_gui(self, gui: str | None = None) -> None:
        pass

    def system(self, cmd: str) -> None:
        raise PermissionError("commands of the system cannot be run while a notebook is graded")

    system_piped = system_raw = getoutput = system


def make_shell() -> Shell:
    """The one shell, made before any fork: without history, threads or sockets."""
    config = Config()
    config.HistoryManager.enabled = False
    config.InteractiveShell.colors = "nocolor"
    shell = Shell.instance(config=config)
    shell.last_traceback = ""
    shell.run_line_magic("matplotlib", "inline")
    # A third of the time of Pillow's level 6, for pictures that are a quarter larger.
    select_figure_formats(shell, {"png"}, pil_kwargs={"compress_level": 1})
    return shell
