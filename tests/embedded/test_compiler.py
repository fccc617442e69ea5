"""A compiler that is there, one that is not, and one that refuses."""

from __future__ import annotations

import shutil

import pytest

from coursekit.embedded import budget, c_source, compiler
from tests.embedded.models import CELLS, drawn, sequence


def test_without_a_compiler_it_is_said_what_to_do(monkeypatch):
    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv("CC", raising=False)
    assert compiler.find() is None and compiler.about() == "no C compiler"
    model = drawn("GRU")
    said = pytest.raises(compiler.CompilerError, match="no C compiler here: install gcc or clang")
    with said, compiler.compiled(c_source.header(model, "model"), "model", model):
        pass


def test_the_compiler_is_the_one_that_is_named(monkeypatch, tmp_path):
    monkeypatch.setenv("CC", str(tmp_path / "gone"))
    assert compiler.find() is None


def test_a_compiler_that_does_not_end_is_ended(monkeypatch, tmp_path):
    deaf = tmp_path / "cc"
    deaf.write_text("#!/bin/sh\nexec sleep 60\n")
    deaf.chmod(0o755)
    monkeypatch.setenv("CC", str(deaf))
    monkeypatch.setattr(compiler, "_PATIENCE_S", 0.2)
    (tmp_path / "fine.c").write_text("int main(void) { return 0; }\n")
    with pytest.raises(compiler.CompilerError, match=r"cc had not ended after 0.2 s: try another one, named in CC"):
        compiler.build(tmp_path / "fine.c", tmp_path / "fine")


@pytest.mark.skipif(compiler.find() is None, reason="no C compiler here (Debian: apt-get install gcc)")
def test_a_program_with_a_warning_is_refused(tmp_path):
    (tmp_path / "odd.c").write_text("int main(void) { int unused; return 0; }\n")
    with pytest.raises(compiler.CompilerError, match="refuses the program"):
        compiler.build(tmp_path / "odd.c", tmp_path / "odd")


@pytest.mark.skipif(compiler.find() is None, reason="no C compiler here (Debian: apt-get install gcc)")
def test_every_step_is_timed():
    model = drawn("GRU")
    with compiler.compiled(c_source.header(model, "model"), "model", model) as program:
        taken = program.nanoseconds(sequence(model, T=40))
    assert taken.shape == (40,) and (taken >= 0).all() and taken.sum() > 0


@pytest.mark.skipif(compiler.find() is None or shutil.which("size") is None, reason="needs a C compiler and binutils")
def test_the_program_fits_what_is_set_aside_for_it():
    for cell in CELLS:
        model = drawn(cell, D=8, H=32, K=10)
        for in_int8 in (False, True):
            assert 100 < compiler.code_bytes(c_source.header(model, "model", in_int8), "model", model) < budget.CODE
