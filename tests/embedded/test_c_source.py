"""The generated C: compiled with warnings as errors, without undefined behaviour, equal to the reference."""

from __future__ import annotations

import re
import shutil
import subprocess

import numpy as np
import pytest

from coursekit.embedded import budget, c_source, compiler, int8
from coursekit.embedded.model import MODULES, ModelError
from tests.embedded.models import CELLS, drawn, exact, float_step, sequence

needs_a_compiler = pytest.mark.skipif(
    compiler.find() is None, reason="no C compiler here (Debian: apt-get install gcc)"
)
MORE_WARNINGS = ("-Wconversion", "-Wdouble-promotion", "-Wshadow")
kinds = pytest.mark.parametrize("in_int8", [False, True], ids=["float32", "int8"])
cells = pytest.mark.parametrize("cell", CELLS)


def program(model, in_int8, *options):
    return compiler.compiled(c_source.header(model, "model", in_int8), "model", model, options)


@needs_a_compiler
@cells
@pytest.mark.parametrize("K", [0, 3])
def test_float_states_and_outputs_are_those_of_the_reference(cell, K):
    model = drawn(cell, D=6, H=33, K=K)
    x = sequence(model, T=60)
    start = [np.zeros((1, model.H))] * model.states
    hs = MODULES[cell].forward(x[None].astype(float), *start, exact(model))[0][0]
    with program(model, False, *MORE_WARNINGS) as made:
        assert np.abs(made.states(x) - hs).max() < 1e-6
        if K:
            outputs = model.W_out.astype(float) @ hs[-1] + model.b_out
            assert np.abs(made.read_out(hs[-1]) - outputs).max() < 1e-5 * np.abs(outputs).max()


@needs_a_compiler
@cells
def test_an_int8_step_is_its_mirror_and_stays_within_the_stated_bound(cell):
    model = drawn(cell, D=6, H=33)
    small, bound = int8.Quantised.of(model), int8.error_bound(model)
    state = np.zeros((model.states, model.H), np.float32)
    with program(model, True, *MORE_WARNINGS) as made:
        for row in sequence(model, T=60):
            after = made.step(row, state)
            mirror = int8.step(small, row, *state)[: model.states]
            assert np.abs(after - np.stack(mirror)).max() < 1e-6
            allowed = bound.at(np.abs(row).max(), np.abs(state[-1]).max() if model.states == 2 else 0.0)
            assert np.abs(after - float_step(model, row, state)).max() <= allowed
            assert np.abs(made.read_out(after[0]) - int8.read_out(small, after[0])).max() < 1e-5
            state = after


@needs_a_compiler
@kinds
def test_a_sequence_of_one_unit_and_one_input(in_int8):
    model = drawn("GRU", D=1, H=1, K=1)
    with program(model, in_int8) as made:
        assert made.states(sequence(model)).shape == (40, 1)


HARSH = """#include <stdio.h>
#include "model.h"

static const float rows[][MODEL_INPUTS] = {{ {rows} }};

int main(void)
{{
    model_state state;
    float y[MODEL_OUTPUTS];
    model_reset(&state);
    for (unsigned t = 0; t < sizeof rows / sizeof rows[0]; t++) {{
        model_step(&state, rows[t]);
        model_read_out(&state, y);
    }}
    printf("%f\\n", (double)(state.h[0] + y[0]));
    return 0;
}}
"""


@needs_a_compiler
@kinds
@cells
def test_no_input_makes_undefined_behaviour(tmp_path, cell, in_int8):
    """The sanitizer watches; what is in the rows is what a broken sensor sends, and more."""
    model = drawn(cell, D=2, H=5, K=3)
    odd = ["0.0f, 0.0f", "1e38f, -1e38f", "1e-45f, 0.0f", "(float)INFINITY, 1.0f", "(float)NAN, 0.0f", "1.0f, 1.0f"]
    (tmp_path / "model.h").write_text(c_source.header(model, "model", in_int8))
    source, made = tmp_path / "main.c", tmp_path / "main"
    source.write_text(HARSH.format(rows=", ".join(f"{{ {row} }}" for row in odd)))
    sanitizer = ("-fsanitize=undefined,float-cast-overflow,float-divide-by-zero", "-fno-sanitize-recover=all")
    try:
        compiler.build(source, made, "-O1", *sanitizer)
    except compiler.CompilerError as error:
        if "sanitize" in str(error) or "ubsan" in str(error):
            pytest.skip("this compiler has no sanitizer for undefined behaviour")
        raise
    done = subprocess.run([str(made)], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0 and "runtime error" not in done.stderr, done.stderr


@needs_a_compiler
@kinds
def test_it_is_c_plus_plus_too(tmp_path, in_int8):
    """Sketches for Arduino are C++."""
    command = shutil.which("c++") or shutil.which("g++") or shutil.which("clang++")
    if command is None:
        pytest.skip("no C++ compiler here")
    (tmp_path / "model.h").write_text(c_source.header(drawn("GRU"), "model", in_int8))
    twice = '#include "model.h"\n' * 2
    (tmp_path / "main.cpp").write_text(twice + "int main() { model_state s; model_reset(&s); }\n")
    strict = ["-std=c++11", "-Wall", "-Wextra", "-Werror", "-fsyntax-only"]
    subprocess.run([command, *strict, "main.cpp"], cwd=tmp_path, check=True, timeout=300)


@kinds
def test_nothing_is_allocated_and_every_loop_ends_where_a_size_says(in_int8):
    text = c_source.header(drawn("LSTM"), "model", in_int8)
    code = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    assert not re.search(r"\b(malloc|calloc|realloc|free|alloca|goto|while)\b", code)
    loops = re.findall(r"for \(int (\w) = 0; \1 < (?:H|rows|columns|size|MODEL_UNITS); \1\+\+\)", code)
    assert len(loops) == code.count("for (") > 3
    assert set(re.findall(r"#include <(.+)>", code)) == ({"math.h", "stdint.h"} if in_int8 else {"math.h"})


@kinds
@cells
def test_the_bytes_are_those_of_the_arrays(cell, in_int8):
    model = drawn(cell, D=4, H=6, K=2)
    arrays = re.findall(r"static const (int8_t|float) \w+\[(\d+)\]", c_source.header(model, "model", in_int8))
    sizes = {"int8_t": 1, "float": 4}
    assert sum(sizes[kind] * int(count) for kind, count in arrays) == budget.of(model, in_int8).weights


@pytest.mark.parametrize("cell", CELLS)
def test_the_bound_that_is_stated_is_not_below_the_one_that_holds(cell):
    model = drawn(cell)
    stated = re.search(r"at most\n \*   ([\d.e-]+) \+ ([\d.e-]+) \* max", c_source.header(model, "model", int8=True))
    bound = int8.error_bound(model)
    for said, holds in zip(stated.groups(), bound, strict=False):
        assert holds <= float(said) <= 1.02 * holds


def test_float32_numbers_come_back_exactly():
    model = drawn("RNN", D=3, H=4, K=0)
    text = c_source.header(model, "model")
    listed = re.search(r"model_W_ih\[12\] = \{(.*?)\}", text, re.DOTALL)[1]
    numbers = np.array([float(number.rstrip("f")) for number in re.findall(r"[-+.\de]+f", listed)], np.float32)
    np.testing.assert_array_equal(numbers, model.params.W_ih.ravel())


@pytest.mark.parametrize("name", ["2fast", "my-model", "", "a b", "_hidden", "größe", "x;y", "model.h"])
def test_names_that_c_cannot_take_are_refused_with_one_that_it_can(name):
    with pytest.raises(ModelError, match="cannot begin the names of a C program") as refused:
        c_source.header(drawn("GRU"), name)
    proposed = str(refused.value).split()[-1]
    c_source.require_name(proposed)
