"""Write a trained RNN, GRU or LSTM as C: one header, C99, no allocation, the same work at every step.

MODEL is what torch.save(module.state_dict(), MODEL) wrote, for a module of one recurrent layer and perhaps one linear
read-out, or an .npz of NumPy with W_ih, W_hh, b_ih, b_hh and perhaps W_out, b_out.

The header FILE has NAME_state, NAME_reset, NAME_step and, with a read-out, NAME_read_out. With --int8 the matrices are
rounded row by row, and the head of the file says how far a step can be from one in float32.

  coursekit export-c digits.pt --out digits.h
  coursekit export-c digits.pt --out digits.h --int8
  coursekit export-c weights.npz --out src/model.h --name gesture
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from coursekit.cli.errors import UserError, reason

if TYPE_CHECKING:
    from coursekit.embedded.model import Model

SUMMARY = "write a trained RNN, GRU or LSTM as C for a microcontroller"

PARTS = (32, 256)  # KB of flash


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("model", metavar="MODEL", type=Path, help="a state_dict saved by PyTorch, or an .npz of NumPy")
    add("--out", metavar="FILE", type=Path, required=True, help="the header to write, such as digits.h")
    add("--int8", action="store_true", help="matrices in int8, one scale for each row: about a quarter of the bytes")
    add("--name", metavar="NAME", help="begins every name in the header (default: that of FILE)")


def run(arguments: argparse.Namespace) -> int:
    from coursekit import atomic
    from coursekit.embedded import c_source
    from coursekit.embedded.model import ModelError

    name = arguments.name or arguments.out.stem
    try:
        c_source.require_name(name)
        _require_place(arguments.out)
        model = _read(arguments.model)
        text = c_source.header(model, name, arguments.int8)
    except ModelError as error:
        raise UserError(f"{error}.") from None
    try:
        atomic.replace(arguments.out, text, mode=0o644)
    except OSError as error:
        raise UserError(f"cannot write {arguments.out}: {reason(error)}.") from None
    print(_summary(arguments.out, model, name, arguments.int8))
    return 0


def _read(path: Path) -> Model:
    from coursekit.cli.results import printable
    from coursekit.embedded.model import ModelError
    from coursekit.embedded.reading import read

    try:
        return read(path)
    except ModelError as error:
        raise UserError(printable(f"{path}: {error}.")) from None  # it names what a stranger's file holds
    except OSError as error:
        raise UserError(f"cannot read {path}: {reason(error)}.") from None


def _require_place(out: Path) -> None:
    """Only what this command wrote is written anew: no weights and no program of the learner's are lost."""
    from coursekit.embedded.c_source import FIRST_LINE

    try:
        with out.open("rb") as file:
            ours = file.read(len(FIRST_LINE)) == FIRST_LINE.encode()
    except FileNotFoundError:
        return
    except OSError as error:
        raise UserError(f"cannot write {out}: {reason(error)}.") from None
    if not ours:
        raise UserError(f"{out} is there and was not written by export-c: name another file.")


def _summary(out: Path, model: Model, name: str, int8: bool) -> str:
    from coursekit.embedded import budget

    sizes = budget.of(model, int8)
    read_out = f", {model.K} outputs" if model.K else ", no read-out"
    fit = {part: "fits" if sizes.fits(part) else "does not fit" for part in PARTS}
    lines = [
        f"{out}: {model.cell}, {model.D} inputs, {model.H} units{read_out}, {'int8' if int8 else 'float32'}",
        f"  {sizes.weights:,} bytes of constants, {sizes.state:,} of state, {sizes.scratch:,} of stack for numbers",
        f"  {sizes.products:,} multiply-adds and {sizes.functions:,} calls of expf and tanhf in a step",
        f"  with {budget.CODE:,} bytes for the program it " + ", ".join(f"{fit[part]} {part} KB" for part in PARTS),
        f"  In C: {name}_state s; {name}_reset(&s); then {name}_step(&s, x) for every x"
        + (f", and {name}_read_out(&s, y)" if model.K else ""),
    ]
    return "\n".join(lines)
