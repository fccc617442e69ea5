"""docs/export-c.md: its commands as they are typed, and its C beside the header that they write."""

from __future__ import annotations

import shlex

import numpy as np
import pytest
import torch

from coursekit.cli import main
from coursekit.embedded import compiler
from coursekit.reference import rnn
from tests.docs.pages import ROOT, blocks
from tests.processes import finished

PAGE = ROOT / "docs" / "export-c.md"


def test_the_commands_and_the_program_of_the_page(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    module = torch.nn.ModuleDict({"layer": torch.nn.GRU(8, 4), "out": torch.nn.Linear(4, 10)})
    torch.save(module.state_dict(), "digits.pt")
    np.savez("weights.npz", **rnn.init(2, 3, np.random.default_rng(0))._asdict())
    (tmp_path / "src").mkdir()
    shell, program = ([block.text for block in blocks(PAGE) if block.language == kind] for kind in ("sh", "c"))
    for line in "".join(shell).splitlines():
        _, *arguments = shlex.split(line, comments=True)
        assert main(arguments) == 0
    assert "gesture_step" in (tmp_path / "src" / "model.h").read_text()
    if compiler.find() is None:
        pytest.skip("no C compiler (Debian: apt-get install gcc)")
    (tmp_path / "firmware.c").write_text("".join(program))
    finished([compiler.find(), *compiler.STRICT, "-c", "firmware.c"], check=True)
