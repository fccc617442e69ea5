"""A slip in calling a verb gets one line, in every kind of notebook and in IPython's terminal."""

import numpy as np
import pytest
from IPython.core.interactiveshell import InteractiveShell

from coursekit import check, hint
from coursekit.checking import registry

gru_step = registry.get("gru_step").reference


def stopped(x, h, params):
    raise KeyboardInterrupt


def gru_stap(x, h, params):
    return h


SLIPS = {
    "nothing": ("check()", "check() takes the function that you wrote, for example check(gru_step)."),
    "quotes": ("check('GRU')", "check() takes the function itself, without quotes: check(GRU)."),
    "a call": ("check(gru_step(x, h, params))", "check() takes a function, and got a ndarray"),
    "a number": ("check(3.0, 'gru_step')", "check() takes a function, and got a float: write check(gru_step)"),
    "an instance": ("check(GRU(3, 5))", "takes the class itself, and got an object made from it: write check(GRU)."),
    "a misspelt name": ("check(gru_stap)", "there is no exercise called 'gru_stap'. Did you mean gru_step, "),
    "a far name": ("check(something_of_mine)", "there is no exercise called 'something_of_mine'. Did you mean "),
    "a wrong exercise": ("check(gru_step, 'gru_stp')", "no exercise called 'gru_stp'. Did you mean gru_step, "),
    "an exercise without quotes": ("check(gru_step, gru_step)", "goes in quotes: check(my_answer, 'gru_step')"),
    "a lambda": ("check(lambda x: x)", "A lambda has no name."),
    "a seed": ("check(gru_step, seed='a')", "The seed of check() is a whole number from 0 on"),
    "interrupted": ("check(stopped, 'gru_step')", "The check of gru_step was stopped before it came to an end"),
    "hint without": ("hint()", "hint() takes the function that you wrote, for example hint(gru_step)."),
    "a misspelt hint": ("hint('gru_stepp')", "there is no exercise called 'gru_stepp'. Did you mean gru_step"),
    "a hint for a number": ("hint(3)", "hint() takes a function, and got an int"),
}


@pytest.fixture
def shell():
    InteractiveShell.clear_instance()
    shell = InteractiveShell.instance()
    shell.history_manager.enabled = False
    shell.push({"check": check, "hint": hint, "gru_step": gru_step, "stopped": stopped, "gru_stap": gru_stap})
    shell.run_cell("def something_of_mine(): pass")
    yield shell
    InteractiveShell.clear_instance()


@pytest.mark.parametrize("slip", SLIPS)
def test_a_slip_is_shown_in_one_line(shell, capsys, slip):
    call, sentence = SLIPS[slip]
    if "GRU" in call:
        shell.push({"GRU": registry.get("GRU").reference})
        if slip == "an instance":
            shell.push({"GRU": type("GRU", (), {"__init__": lambda self, D, H: None})})
    draw = registry.get("gru_step").draws(0)[0]
    shell.push(dict(draw.args))
    result = shell.run_cell(call)
    printed = capsys.readouterr()
    assert not result.success
    lines = (printed.out + printed.err).strip().splitlines()
    assert len(lines) == 1 and sentence in lines[0] and len(lines[0]) < 200


def test_three_names_are_offered_and_no_more():
    for name in ("GRU_STEP", "xyz", "gru", "", "rnnbackward"):
        with pytest.raises(registry.UnknownExercise) as raised:
            registry.get(name)
        names = str(raised.value).rpartition("mean ")[2].rstrip("?").split(", ")
        assert 1 <= len(names) <= 3 and all(registry.known(each) for each in names)


def test_names_that_contain_what_was_typed_come_first():
    for name in ("gru", "lstm", "attention"):
        with pytest.raises(registry.UnknownExercise, match=rf"(?i)Did you mean (\w*{name}\w*, )*\w*{name}\w*"):
            registry.get(name)


def test_a_callable_object_without_a_name_needs_its_exercise():
    class Mine:
        def __call__(self, x, h, params):
            return gru_step(x, h, params)

    assert check(Mine(), "gru_step").passed
    with pytest.raises(TypeError, match="has no name"):
        check(Mine())
    assert check(gru_step, seed=np.int64(3).item()).passed
