"""Arrays that are filled entry by entry and lists that grow: the line that puts the first wrong entry there is told."""

import pytest

from coursekit.checking import evaluate
from coursekit.checking.facts import RightValue
from tests.checking.tracing.cells import cell, first, words

SCORES = """
    def moving_z_score(values, length):
        score = np.zeros(len(values))
        for t in range(length, len(values)):
            before = values[t - length : t]
            score[t] = abs(values[t] - before.mean()) / before.std()
        return score
"""
REPORT = """
    def parity_report(ours, theirs, tolerance):
        errors, agrees = [], []
        for name in theirs:
            a, b = np.asarray(ours[name], float), np.asarray(theirs[name], float)
            if a.shape != b.shape or not np.isfinite(a).all():
                errors.append(1.0)
                agrees.append(False)
                continue
            error = np.abs(a - b).max() / np.abs(b).max()
            errors.append(error)
            agrees.append(error <= tolerance)
        return errors, agrees
"""
BOTH = """
    def run_packed(x, lengths, forwards, backwards):
        N, T, D = x.shape
        H = forwards[1].shape[1]
        hs, last = x.new_zeros(N, T, 2 * H), x.new_zeros(N, 2 * H)
        for n in range(N):
            L, h0 = int(lengths[n]), x.new_zeros(1, H)
            row = x[n : n + 1, :L]
            ahead = gru_layer_fused(row, h0, *forwards)
            back = gru_layer_fused(row.flip(1), h0, *backwards)
            hs[n, :L, :H] = ahead[0]
            hs[n, :L, H:] = back[0].flip(0)
            last[n, :H], last[n, H:] = ahead[0, -1], back[0, -1]
        return hs, last
"""
RETURNS = """
    def discounted_returns(rewards, terminated, truncated, next_values, gamma):
        N, T = rewards.shape
        G = np.zeros((N, T))
        for n in range(N):
            for t in reversed(range(T)):
                if terminated[n, t]:
                    G[n, t] = rewards[n, t]
                elif truncated[n, t] or t == T - 1:
                    G[n, t] = rewards[n, t] + gamma * next_values[n, t]
                else:
                    G[n, t] = rewards[n, t] + gamma * G[n, t + 1]
        return G
"""


def wrong(exercise, source, old, new):
    assert old in source
    return evaluate(exercise, cell(source.replace(old, new), exercise), search=0)


@pytest.mark.parametrize(
    ("exercise", "source", "old", "new", "line"),
    [
        ("moving_z_score", SCORES, "before.std()", "before.std(ddof=1)", 5),
        ("moving_z_score", SCORES, "range(length,", "range(length + 1,", 6),  # an entry that nothing was put into
        ("parity_report", REPORT, "np.abs(b).max()", "b.max()", 9),
        ("parity_report", REPORT, "np.abs(b).max()", "np.abs(b).mean()", 9),
        ("parity_report", REPORT, "errors.append(1.0)", "errors.append(0.5)", 6),
        ("parity_report", REPORT, "error <= tolerance", "error > tolerance", 11),
        ("run_packed", BOTH, "back[0].flip(0)", "back[0]", 11),
        ("run_packed", BOTH, "return hs, last", "return hs, last.roll(1, 1)", 13),
        ("discounted_returns", RETURNS, "gamma * next_values", "next_values", 9),
        ("discounted_returns", RETURNS, "gamma * G", "G", 11),
    ],
)
def test_the_line_of_the_first_wrong_entry_is_the_first_wrong_one(exercise, source, old, new, line):
    report = wrong(exercise, source, old, new)
    assert not report.passed and first(report).line == line, report.text


def test_it_is_told_from_which_round_on():
    report = wrong("moving_z_score", SCORES, "before.std()", "values[:t].std()")
    assert "It is right for t = 3, and wrong from t = 4 on." in words(report)


def test_a_number_that_was_right_in_the_first_round_only_is_not_called_right():
    report = wrong("parity_report", REPORT, "np.abs(b).max()", "b.max()")
    assert 9 not in [fact.line for fact in report.along if isinstance(fact, RightValue)]


def test_a_list_that_is_returned_in_the_place_of_another_is_not_called_wrong_where_it_grows():
    report = wrong("parity_report", REPORT, "return errors, agrees", "return agrees, errors")
    assert first(report).line == 12
