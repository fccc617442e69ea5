"""A model as one C header: C99 and C++, no allocation, no recursion, every loop as long as its sizes say.

    text = header(model, name="digits")                 # float32
    text = header(model, name="digits", int8=True)      # matrices in int8, one scale for each row

The header has `digits_state`, `digits_reset`, `digits_step` and, with a read-out, `digits_read_out`. It needs expf and
tanhf of math.h, in int8 lrintf as well, and no other library.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np

from coursekit.embedded import budget
from coursekit.embedded.int8 import Quantised, Rows, error_bound
from coursekit.embedded.model import Model, ModelError

FIRST_LINE = "/* Written by coursekit export-c; edit the model, not this file."
_WIDTH = 116


def header(model: Model, name: str, int8: bool = False) -> str:
    """The text of the header. name: begins every name in it. Raises ModelError if C cannot take the name."""
    require_name(name)
    small = Quantised.of(model) if int8 else None
    matrices = (small.W_ih, small.W_hh, small.W_out) if small else (*model.params[:2], model.W_out)
    biases = (*model.params[2:], model.b_out)
    parts = [
        _head(model, name, int8),
        *_arrays(name, matrices, biases),
        _INT8_PRODUCT if int8 else _FLOAT_PRODUCT,
        _SIGMOID if model.cell != "RNN" else "",
        _state(model),
        _STEPS[model.cell],
        _READ_OUT if model.K else "",
        "#endif\n",
    ]
    text = "\n".join(part.strip("\n") + "\n" for part in parts if part)
    for which in ("ih", "hh", "out"):
        scale = f", @name@_scale_{which}" if int8 else ""
        text = text.replace(f"@{which}@", f"@name@_W_{which}{scale}, @name@_b_{which}")
    return text.replace("@NAME@", name.upper()).replace("@name@", name)


def require_name(name: str) -> None:
    """Raise ModelError unless C can begin names with this one."""
    if re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", name, re.ASCII):
        return
    better = re.sub(r"\W+", "_", name, flags=re.ASCII).lstrip("_0123456789") or "model"
    raise ModelError(
        f"{name!r} cannot begin the names of a C program: a letter first, then letters, digits and _ only. "
        f"Say for example --name {better}"
    )


def _head(model: Model, name: str, int8: bool) -> str:
    sizes = budget.of(model, int8)
    read_out = f", read-out of {model.K}" if model.K else ""
    lines = [
        FIRST_LINE,
        f" * {model.cell}: {model.D} inputs, {model.H} units{read_out}; {'int8' if int8 else 'float32'}.",
        f" * Bytes: {sizes.weights} of constants, {sizes.state} of state, {sizes.scratch} of stack for numbers.",
        f" * A step: {sizes.products} multiply-adds, {sizes.functions} calls of expf and tanhf, whatever the input is.",
        " * Inputs have to be finite. Begin every sequence with @name@_reset; between chunks of a stream, do not.",
    ]
    if int8:
        lines += _stated_bound(model)
    sizes_of = {"INPUTS": model.D, "UNITS": model.H} | ({"OUTPUTS": model.K} if model.K else {})
    if int8:
        sizes_of["LONGEST"] = max(model.D, model.H)
    defined = [f"#define @NAME@_{what} {size}" for what, size in sizes_of.items()]
    includes = ["#include <math.h>", *(["#include <stdint.h>"] if int8 else [])]
    return "\n".join(
        [*lines, " */", "#ifndef @NAME@_H", "#define @NAME@_H", "", *includes, "", *defined],
    )


def _stated_bound(model: Model) -> list[str]:
    """Three lines at most: how far an int8 step can be from a float32 step."""
    bound = error_bound(model)
    of_c = (
        f" + max|c| * ({_up(bound.per_cell)} + {_up(bound.per_cell_and_input)} * max|x|)" if model.states == 2 else ""
    )
    lines = [
        " * From one and the same state with |h| <= 1, a step is off from a float32 step by at most",
        f" *   {_up(bound.constant)} + {_up(bound.per_input)} * max|x|{of_c}",
    ]
    if model.K:
        lines.append(f" * and an output, of one and the same state, by at most {_up(bound.read_out)}.")
    return lines


def _up(value: float) -> str:
    """Three figures that are not below the value."""
    return f"{1.005 * value:.3g}"


def _arrays(name: str, matrices: tuple, biases: tuple) -> Iterator[str]:
    """The constants: W_ih, W_hh, W_out row by row, the scales of their rows, the biases."""
    for which, W, b in zip(("ih", "hh", "out"), matrices, biases, strict=True):
        if not len(b):
            continue
        if isinstance(W, Rows):
            yield _array("int8_t", f"{name}_W_{which}", W.q)
            yield _array("float", f"{name}_scale_{which}", W.scale)
        else:
            yield _array("float", f"{name}_W_{which}", W)
        yield _array("float", f"{name}_b_{which}", b)


def _array(kind: str, name: str, values: np.ndarray) -> str:
    said = [str(value) if kind == "int8_t" else _float(value) for value in values.ravel().tolist()]
    lines, line = [], "   "
    for one in said:
        if len(line) + len(one) + 2 > _WIDTH:
            lines.append(line)
            line = "   "
        line += f" {one},"
    return "\n".join([f"static const {kind} {name}[{len(said)}] = {{", *lines, line, "};"])


def _float(value: float) -> str:
    """Nine digits bring a float32 back exactly."""
    return f"{value:.9g}f" if re.search("[.e]", f"{value:.9g}") else f"{value:.9g}.0f"


def _state(model: Model) -> str:
    cells = ("h", "c")[: model.states]
    fields = "\n".join(f"    float {cell}[@NAME@_UNITS];" for cell in cells)
    zeros = "\n".join(f"        state->{cell}[i] = 0.0f;" for cell in cells)
    return f"""
/* What is carried from step to step; one for each stream. */
typedef struct {{
{fields}
}} @name@_state;

static inline void @name@_reset(@name@_state *state)
{{
    for (int i = 0; i < @NAME@_UNITS; i++) {{
{zeros}
    }}
}}
"""


_FLOAT_PRODUCT = """
/* y = W v + b, W row by row. */
static inline void @name@_product(const float *W, const float *b, int rows, int columns, const float *v, float *y)
{
    for (int i = 0; i < rows; i++) {
        float sum = b[i];
        for (int j = 0; j < columns; j++)
            sum += *W++ * v[j];
        y[i] = sum;
    }
}
"""

_INT8_PRODUCT = """
/* v rounded to q with one scale, which is returned: v = scale * q, nearly. */
static inline float @name@_round(const float *v, int size, int8_t *q)
{
    float largest = 0.0f;
    for (int j = 0; j < size; j++)
        largest = fabsf(v[j]) > largest ? fabsf(v[j]) : largest;
    float scale = largest / 127.0f;
    if (!(scale > 0.0f))
        scale = 1.0f;
    for (int j = 0; j < size; j++) {
        const long level = lrintf(v[j] / scale);
        q[j] = (int8_t)(level > 127 ? 127 : level < -127 ? -127 : level);
    }
    return scale;
}

/* y = W v + b, v rounded first: integers are summed in 32 bits, which no sum of these can leave. */
static inline void @name@_product(const int8_t *W, const float *scale, const float *b, int rows, int columns,
                                  const float *v, float *y)
{
    int8_t q[@NAME@_LONGEST];
    const float scale_of_q = @name@_round(v, columns, q);
    for (int i = 0; i < rows; i++) {
        int32_t sum = 0;
        for (int j = 0; j < columns; j++)
            sum += (int32_t)*W++ * q[j];
        y[i] = (float)sum * (scale[i] * scale_of_q) + b[i];
    }
}
"""

_SIGMOID = """
static inline float @name@_sigmoid(float a)
{
    return 1.0f / (1.0f + expf(-a));
}
"""

_STEPS = {
    "RNN": """
/* One step: x is read, the state moves on. */
static inline void @name@_step(@name@_state *state, const float *x)
{
    float ax[@NAME@_UNITS], ah[@NAME@_UNITS];
    @name@_product(@ih@, @NAME@_UNITS, @NAME@_INPUTS, x, ax);
    @name@_product(@hh@, @NAME@_UNITS, @NAME@_UNITS, state->h, ah);
    for (int i = 0; i < @NAME@_UNITS; i++)
        state->h[i] = tanhf(ax[i] + ah[i]);
}
""",
    "GRU": """
/* One step: x is read, the state moves on. Rows r, z, n; the reset gate acts after the product with W_hn. */
static inline void @name@_step(@name@_state *state, const float *x)
{
    enum { H = @NAME@_UNITS };
    float ax[3 * H], ah[3 * H];
    @name@_product(@ih@, 3 * H, @NAME@_INPUTS, x, ax);
    @name@_product(@hh@, 3 * H, H, state->h, ah);
    for (int i = 0; i < H; i++) {
        const float r = @name@_sigmoid(ax[i] + ah[i]);
        const float z = @name@_sigmoid(ax[H + i] + ah[H + i]);
        const float n = tanhf(ax[2 * H + i] + r * ah[2 * H + i]);
        state->h[i] = (1.0f - z) * n + z * state->h[i];
    }
}
""",
    "LSTM": """
/* One step: x is read, the state moves on. Rows i, f, g, o. */
static inline void @name@_step(@name@_state *state, const float *x)
{
    enum { H = @NAME@_UNITS };
    float ax[4 * H], ah[4 * H];
    @name@_product(@ih@, 4 * H, @NAME@_INPUTS, x, ax);
    @name@_product(@hh@, 4 * H, H, state->h, ah);
    for (int k = 0; k < H; k++) {
        const float i = @name@_sigmoid(ax[k] + ah[k]);
        const float f = @name@_sigmoid(ax[H + k] + ah[H + k]);
        const float g = tanhf(ax[2 * H + k] + ah[2 * H + k]);
        const float o = @name@_sigmoid(ax[3 * H + k] + ah[3 * H + k]);
        state->c[k] = f * state->c[k] + i * g;
        state->h[k] = o * tanhf(state->c[k]);
    }
}
""",
}

_READ_OUT = """
/* The outputs of the state as it is: y has @NAME@_OUTPUTS places. */
static inline void @name@_read_out(const @name@_state *state, float *y)
{
    @name@_product(@out@, @NAME@_OUTPUTS, @NAME@_UNITS, state->h, y);
}
"""
