"""`coursekit export-c`: what learners have goes in, a header comes out, and nothing is lost."""

from __future__ import annotations

import os

import numpy as np
import pytest
import torch

from coursekit.embedded import c_source


@pytest.fixture
def weights(tmp_path):
    """A state_dict of a GRU with a read-out, saved by PyTorch."""
    module = torch.nn.ModuleDict({"layer": torch.nn.GRU(8, 16), "read_out": torch.nn.Linear(16, 10)})
    torch.save(module.state_dict(), tmp_path / "digits.pt")
    return tmp_path / "digits.pt"


@pytest.mark.parametrize("options", [(), ("--int8",)])
def test_a_header_is_written_and_its_size_told(call, weights, tmp_path, options):
    out = tmp_path / "digits.h"
    done = call("export-c", weights, "--out", out, *options)
    assert done.returncode == 0 and done.stderr == ""
    text = out.read_text()
    assert text.startswith(c_source.FIRST_LINE) and "digits_read_out" in text and ("int8_t" in text) == bool(options)
    said = done.stdout
    assert "GRU, 8 inputs, 16 units, 10 outputs" in said and "fits 32 KB, fits 256 KB" in said
    assert "digits_step(&s, x)" in said and f"{2160 if options else 5672:,} bytes of constants" in said


def test_the_same_command_again_writes_anew(call, weights, tmp_path):
    out = tmp_path / "digits.h"
    assert call("export-c", weights, "--out", out).returncode == 0
    assert call("export-c", weights, "--out", out, "--int8", "--name", "other").returncode == 0
    assert "other_step" in out.read_text()


def refusal(call, *arguments):
    done = call("export-c", *arguments)
    assert done.returncode == 2 and done.stdout == ""
    [line] = done.stderr.splitlines()
    return line.removeprefix("coursekit export-c: ")


def test_what_somebody_else_wrote_is_left_alone(call, weights, tmp_path):
    mine = tmp_path / "mine.h"
    mine.write_text("int my_work;\n")
    before = weights.read_bytes()
    for out in (mine, weights):
        assert "was not written by export-c: name another file" in refusal(
            call, weights, "--out", out, "--name", "digits"
        )
    assert mine.read_text() == "int my_work;\n" and weights.read_bytes() == before


def test_a_name_that_is_none_in_c(call, weights, tmp_path):
    said = refusal(call, weights, "--out", tmp_path / "my-model.h")
    assert "'my-model' cannot begin the names of a C program" in said and "--name my_model" in said
    assert not (tmp_path / "my-model.h").exists()


def test_weights_that_cannot_be_used(call, tmp_path):
    arrays = {"W_ih": np.ones((12, 3)), "W_hh": np.ones((12, 4)), "b_ih": np.full(12, np.nan), "b_hh": np.ones(12)}
    np.savez(tmp_path / "nan.npz", **arrays)
    (tmp_path / "text.pt").write_text("hello")
    out = tmp_path / "out.h"
    assert refusal(call, tmp_path / "nan.npz", "--out", out).startswith(f"{tmp_path / 'nan.npz'}: b_ih holds NaN")
    assert "Save the state_dict" in refusal(call, tmp_path / "text.pt", "--out", out)
    assert refusal(call, tmp_path / "gone.pt", "--out", out) == (
        f"cannot read {tmp_path / 'gone.pt'}: no such file or directory."
    )
    assert refusal(call, tmp_path, "--out", out) == f"cannot read {tmp_path}: is a directory."
    assert not out.exists()


def test_a_place_that_cannot_be_written(call, weights, tmp_path):
    assert "cannot write" in refusal(call, weights, "--out", tmp_path / "gone" / "digits.h")
    assert refusal(call, weights, "--out", tmp_path, "--name", "a") == f"cannot write {tmp_path}: is a directory."
    assert os.listdir(tmp_path) == ["digits.pt"]


def test_names_in_a_file_rewrite_no_terminal(call, tmp_path):
    torch.save({"a\x1b[2Jb.weight": torch.ones(2, 2)}, tmp_path / "odd.pt")
    assert "It holds a[2Jb.weight." in refusal(call, tmp_path / "odd.pt", "--out", tmp_path / "odd.h")
