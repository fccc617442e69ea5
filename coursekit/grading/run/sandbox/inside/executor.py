"""Runs cells and calls in a child and answers with data. Nothing that it says is believed by the grader."""

from __future__ import annotations

import collections
import contextlib
import functools
import os
import random
import resource
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from portable.state import State, known, loaded_torch

from . import wire
from .shell import Shell, Stream
from .watch import Watch

CHANNEL = 3
GONE = object()  # stands for an object that is no longer kept


class OutOfTime(BaseException):
    """The CPU time granted to this request is used up (not an Exception, so that few programs catch it)."""


class Objects:
    """What stays here because it is not data: the other side holds a handle and may pass it back."""

    MOST = 4096

    def __init__(self) -> None:
        self.kept: dict[int, Any] = {}

    def keep(self, value: Any) -> list:
        if len(self.kept) >= self.MOST:
            self.kept.pop(next(iter(self.kept)))
        handle = 1 + next(reversed(self.kept), 0)
        self.kept[handle] = value
        return ["o", wire.type_name(value), handle]

    def get(self, handle: int) -> Any:
        return self.kept.get(handle, GONE)


class Reader(wire.Decoder):
    """The child's side of decoding: real named tuples, real tensors, proxies for functions."""

    def __init__(self, max_bytes: int, objects: Objects, call_back: Callable):
        super().__init__(max_bytes)
        self.objects, self.call_back = objects, call_back
        self.gone = False

    def named(self, name: str, fields: list[str], items: list) -> Any:
        return _record(name, tuple(fields))(*items)

    def opaque(self, name: str, handle: int) -> Any:
        value = self.objects.get(handle)
        self.gone |= value is GONE
        return value

    def function(self, number: int) -> Any:
        def candidate(*args: Any, **kwargs: Any) -> Any:
            return self.call_back(number, args, kwargs)

        return candidate

    def tensor(self, array: np.ndarray, gradient: bool) -> Any:
        import torch

        return torch.from_numpy(array).requires_grad_(gradient)


@functools.lru_cache(maxsize=64)
def _record(name: str, fields: tuple[str, ...]) -> type[tuple]:
    """A class of named tuples. To make one takes ten times as long as to read all else of a call."""
    return collections.namedtuple(name, fields)


def seed_all(seed: int) -> None:
    random.seed(seed)
    np.random.seed(seed % 2**32)
    if (torch := loaded_torch()) is not None:
        devices = torch.backends.cuda.is_built() or torch.backends.mps.is_built()
        # `torch.manual_seed` writes down who asks, for devices that are not there as well.
        (torch.manual_seed if devices else torch.default_generator.manual_seed)(seed)


class Executor:
    """Between requests, and while functions are called, the process is in the known state; the notebook's own state is
    there while a cell runs."""

    def __init__(self, shell: Shell, limits: dict, base: int | None, seed: int):
        """`base`: address space of the warm server in bytes, where memory is limited."""
        self.shell, self.limits, self.base, self.seed = shell, limits, base, seed
        self.objects = Objects()
        self.intake = wire.Intake(self.receive)
        self.reader = Reader(limits["reply_mb"] << 20, self.objects, self.call_back)
        self.request: dict[str, Any] = {}
        self.armed = False
        sys.stdout, sys.stderr = (Stream(shell.collector, name) for name in ("stdout", "stderr"))
        signal.signal(signal.SIGPROF, self.on_timer)
        self.notebook = State(generators=True)
        self.notebook.settle(seed)

    @staticmethod
    def receive(view: memoryview) -> int:
        count = os.readv(CHANNEL, [view])
        if count == 0:
            os._exit(0)
        return count

    def send(self, message: dict[str, Any]) -> None:
        encoder = wire.Encoder(self.objects.keep, self.limits["reply_mb"] << 20)
        for chunk in encoder.frame(message):
            rest = memoryview(chunk)
            while rest:
                rest = rest[os.write(CHANNEL, rest) :]

    def serve(self) -> None:
        self.send({"op": "ready"})
        while True:
            self.request = self.reader.read(self.intake.fill)
            reply = self.answer()
            try:
                self.send(reply)
            except wire.Unsendable as error:
                self.send({"id": reply["id"], "op": "reply", "status": "malformed", "reason": str(error)})

    def call_back(self, number: int, args: tuple, kwargs: dict) -> Any:
        """Ask the trusted side to run one of its functions; the budget of the request goes on counting."""
        self.send({"id": self.request["id"], "op": "callback", "number": number, "args": args, "kwargs": kwargs})
        answer = self.reader.read(self.intake.fill)
        if answer["op"] == "raise":
            raise RuntimeError(f"{answer['ename']}: {answer['evalue']}")
        return answer["value"]

    def on_timer(self, *_: Any) -> None:
        if self.armed:
            raise OutOfTime

    def limited(self, run: Callable[[], dict]) -> dict:
        """Run within the request's CPU time. A program that catches OutOfTime is killed from outside a little later."""
        signal.setitimer(signal.ITIMER_PROF, self.request["cpu_s"], 0.25)
        self.armed = True
        try:
            with self.less_memory():
                result = run()
            self.armed = False
        except OutOfTime:
            result = {"status": "timeout"}
        except BaseException as error:
            self.armed = False
            result = {"status": "error"} | self.describe(error)
        finally:
            self.armed = False
            signal.setitimer(signal.ITIMER_PROF, 0)
        return result

    @contextlib.contextmanager
    def less_memory(self) -> Iterator[None]:
        """Within the memory granted to this request. Code that lifts this limit still meets the worker's own."""
        wanted = self.request.get("memory_mb")
        if self.base is None or wanted is None or wanted >= self.limits["memory_mb"]:
            yield
            return
        _, most = resource.getrlimit(resource.RLIMIT_AS)
        resource.setrlimit(resource.RLIMIT_AS, (self.base + (wanted << 20), most))
        try:
            yield
        finally:
            resource.setrlimit(resource.RLIMIT_AS, (most, most))

    def answer(self) -> dict[str, Any]:
        operation = {"cell": self.cell, "call": self.call}[self.request["op"]]
        collector = self.shell.collector
        collector.reset(self.limits["output_kb"] << 10)
        started = time.process_time()
        result = self.limited(operation)
        shown = [[kind, self.as_data(data)] for kind, data in collector.take()]
        used = time.process_time() - started
        return {
            "id": self.request["id"],
            "op": "reply",
            "shown": shown,
            "cut": collector.cut,
            "cpu_s": used,
        } | result

    @staticmethod
    def as_data(data: Any) -> Any:
        if isinstance(data, str):
            return data
        return {k: np.frombuffer(v, np.uint8) if isinstance(v, bytes) else v for k, v in data.items()}

    def cell(self) -> dict[str, Any]:
        shell = self.shell
        shell.last_traceback = ""
        shell.passed.begin()
        shell.only_definitions = self.request["only_definitions"]
        self.notebook.restore()
        try:
            result = shell.run_cell(self.request["source"], store_history=True)
        finally:
            self.armed = False  # what follows is ours
            self.notebook = State(generators=True)
            self.notebook.settle(self.seed)
        error = result.error_before_exec or result.error_in_exec
        if isinstance(error, OutOfTime):
            raise error
        passed = {"passed": shell.passed.in_cell}
        if error is None:
            return {"status": "ok"} | passed
        return {"status": "error"} | self.describe(error) | {"traceback": shell.last_traceback[-20_000:]} | passed

    def call(self) -> dict[str, Any]:
        args, kwargs = self.request["args"], self.request["kwargs"]
        function = self.resolve()
        with known(), Watch() as seen:
            try:
                outcome = {"status": "ok", "value": function(*args, **kwargs)}
            except OutOfTime:
                raise
            except BaseException as error:
                outcome = {"status": "error"} | self.describe(error)
        return outcome | {"args": args, "kwargs": kwargs, "warnings": seen.texts, "events": sorted(seen.events)}

    def resolve(self) -> Callable:
        """The function asked for, by its name in the prelude or in the notebook."""
        if self.reader.gone:
            self.reader.gone = False
            raise LookupError("an object that was passed back is no longer kept")
        name = self.request["name"]
        if name in self.shell.prelude:
            return self.shell.prelude[name]
        if name not in self.shell.user_ns:
            raise NameError(f"name '{name}' is not defined")
        return self.shell.user_ns[name]

    @staticmethod
    def describe(error: BaseException) -> dict[str, str]:
        try:
            text = str(error)
        except Exception:
            text = ""
        frames = traceback.extract_tb(error.__traceback__)
        own = [frame for frame in frames if not frame.filename.startswith(os.path.dirname(__file__))]
        lines = "".join(traceback.format_list(own[-12:]))
        return {"ename": type(error).__name__[:200], "evalue": text[:4000], "traceback": lines[-20_000:]}
