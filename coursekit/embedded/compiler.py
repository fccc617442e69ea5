"""A header compiled on this machine, where it has a C compiler, and called from Python.

with compiled(header(model, "digits"), "digits", model) as program:
    hs = program.states(x)              # x (T, D) -> h after each step (T, H)
    ns = program.nanoseconds(x)         # of each step with its read-out (T,)
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from coursekit import programs
from coursekit.embedded.model import Model

STRICT = ("-std=c99", "-Wall", "-Wextra", "-Werror", "-pedantic")
_KNOWN = ("cc", "gcc", "clang")
_PATIENCE_S = 120.0  # what such a program takes is compiled in a second


class CompilerError(RuntimeError):
    """There is no compiler, it refuses the program, or it does not end; the message says which."""


def find() -> str | None:
    """The command of a C compiler: what CC says, or cc, gcc, clang; None if none of them is here."""
    named = os.environ.get("CC")
    return next((path for name in ([named] if named else _KNOWN) if (path := shutil.which(name))), None)


def about() -> str:
    """The compiler in one line, or that there is none."""
    command = find()
    if command is None:
        return "no C compiler"
    return (_run([command, "--version"]).stdout.splitlines() or [command])[0]


def _run(command: list[str]) -> subprocess.CompletedProcess[str]:
    """Raises CompilerError if it does not end, as a compiler behind a cache or a network can."""
    try:
        return programs.run(command, _PATIENCE_S)
    except subprocess.TimeoutExpired:
        late = f"{command[0]} had not ended after {_PATIENCE_S:g} s: try another one, named in CC"
        raise CompilerError(late) from None


def build(source: Path, to: Path, *options: str) -> None:
    """Compile and link one file with STRICT and -O2, warnings as errors. Raises CompilerError."""
    command = find()
    if command is None:
        raise CompilerError("there is no C compiler here: install gcc or clang, or say in CC where one is")
    how = [*STRICT, "-O2", *options, "-o", str(to), str(source), *([] if "-c" in options else ["-lm"])]
    done = _run([command, *how])
    if done.returncode:
        raise CompilerError(f"{command} refuses the program:\n{done.stderr.strip()}")


def code_bytes(header: str, name: str, model: Model) -> int | None:
    """How large the functions of the header are, compiled for this machine and for size (-Os), without math.h's.

    None where binutils' `size` is not here. Raises CompilerError.
    """
    size = shutil.which("size")
    if size is None:
        return None
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        (place / "model.h").write_text(header, encoding="ascii")
        calls = f"{name}_step(s, x);" + (f" {name}_read_out(s, y);" if model.K else " (void)y;")
        source = f'#include "model.h"\nvoid run({name}_state *s, const float *x, float *y) {{ {calls} }}\n'
        (place / "run.c").write_text(source, encoding="ascii")
        build(place / "run.c", place / "run.o", "-c", "-Os")
        told = _run([size, "-A", str(place / "run.o")])
    sections = [line.split() for line in told.stdout.splitlines()]
    return sum(int(parts[1]) for parts in sections if parts and parts[0].startswith(".text")) or None


@contextlib.contextmanager
def compiled(header: str, name: str, model: Model, options: Sequence[str] = ()) -> Iterator[Program]:
    """The program of a header, until the block ends. options: more of the compiler's. Raises CompilerError."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        place = Path(folder)
        (place / "model.h").write_text(header, encoding="ascii")
        source, library = place / "harness.c", place / "harness.so"
        source.write_text(_harness(name, model), encoding="ascii")
        build(source, library, "-shared", "-fPIC", *options)
        yield Program(ctypes.CDLL(str(library)), model)


class Program:
    """The compiled functions, on arrays of float32."""

    def __init__(self, library: ctypes.CDLL, model: Model) -> None:
        self._library, self._model = library, model

    def step(self, x: np.ndarray, state: np.ndarray) -> np.ndarray:
        """x (D,), state (states, H) as a new array moved on by one step."""
        x, state = _floats(x), _floats(state).copy()
        self._library.one_step(_at(x), _at(state))
        return state

    def states(self, x: np.ndarray) -> np.ndarray:
        """x (T, D), from a state of zeros -> h after each step (T, H)."""
        x, hs = _floats(x), np.empty((len(x), self._model.H), np.float32)
        self._library.sequence(_at(x), ctypes.c_int(len(x)), _at(hs))
        return hs

    def read_out(self, h: np.ndarray) -> np.ndarray:
        """h (H,) -> (K,)."""
        y = np.empty(self._model.K, np.float32)
        self._library.outputs(_at(_floats(h)), _at(y))
        return y

    def nanoseconds(self, x: np.ndarray) -> np.ndarray:
        """How long each step of x (T, D) took with its read-out, by the clock of the system. (T,)"""
        x, taken = _floats(x), np.empty(len(x), np.int64)
        self._library.clocked(_at(x), ctypes.c_int(len(x)), _at(taken))
        return taken


def _floats(values: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(values, np.float32)


def _at(array: np.ndarray) -> ctypes.c_void_p:
    return ctypes.c_void_p(array.ctypes.data)


def _harness(name: str, model: Model) -> str:
    """Functions with plain arguments around those of the header."""
    read_out = f"{name}_read_out(state, y);" if model.K else "(void)state; (void)y;"
    copies = [(cell, k) for k, cell in enumerate(("h", "c")[: model.states])]
    load = " ".join(f"memcpy(s.{cell}, state + {k * model.H}, sizeof s.{cell});" for cell, k in copies)
    store = " ".join(f"memcpy(state + {k * model.H}, s.{cell}, sizeof s.{cell});" for cell, k in copies)
    return f"""#define _POSIX_C_SOURCE 199309L
#include <stdint.h>
#include <string.h>
#include <time.h>

#include "model.h"

enum {{ D = {model.D}, H = {model.H} }};

static void answer(const {name}_state *state, float *y) {{ {read_out} }}

void one_step(const float *x, float *state)
{{
    {name}_state s;
    {load}
    {name}_step(&s, x);
    {store}
}}

void sequence(const float *x, int steps, float *hs)
{{
    {name}_state s;
    {name}_reset(&s);
    for (int t = 0; t < steps; t++) {{
        {name}_step(&s, x + (size_t)t * D);
        memcpy(hs + (size_t)t * H, s.h, sizeof s.h);
    }}
}}

void outputs(const float *h, float *y)
{{
    {name}_state s;
    {name}_reset(&s);
    memcpy(s.h, h, sizeof s.h);
    answer(&s, y);
}}

void clocked(const float *x, int steps, int64_t *nanoseconds)
{{
    static volatile float seen;
    struct timespec before, after;
    float y[{max(1, model.K)}] = {{ 0.0f }};
    {name}_state s;
    {name}_reset(&s);
    for (int t = 0; t < steps; t++) {{
        clock_gettime(CLOCK_MONOTONIC, &before);
        {name}_step(&s, x + (size_t)t * D);
        answer(&s, y);
        seen = y[0] + s.h[0];
        clock_gettime(CLOCK_MONOTONIC, &after);
        nanoseconds[t] = (int64_t)(after.tv_sec - before.tv_sec) * 1000000000 + (after.tv_nsec - before.tv_nsec);
    }}
    (void)seen;
}}
"""
