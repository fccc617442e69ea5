"""Result tables: the verdict follows from the numbers, whichever direction is better."""

from __future__ import annotations

import pytest

from coursekit.figures.comparison import comparison
from coursekit.results.comparison import LOSES, TIES, WINS, Comparison


def errors(values, lower_is_better=True):
    table = Comparison("error", lower_is_better, unit="MW", conditions="100 test days")
    table.add("naive", 10.0, baseline=True)
    table.add("worse naive", 12.0 if lower_is_better else 8.0, baseline=True)
    table.add("GRU", values)
    return table


@pytest.mark.parametrize(
    ("values", "outcome"),
    [([8.0, 8.2, 7.9], WINS), ([12.0, 12.1, 11.9], LOSES), ([8.0, 12.0, 9.0], TIES), ([9.0], WINS), ([10.0], TIES)],
)
def test_the_verdict_needs_the_whole_interval(values, outcome):
    table = errors(values)
    assert table.outcome("GRU") == outcome
    assert {WINS: "beats", LOSES: "loses to", TIES: "ties with"}[outcome] in table.verdict
    mirrored = errors([20 - value for value in values], lower_is_better=False)
    assert mirrored.outcome("GRU") == outcome


def test_a_baseline_with_seeds_is_compared_in_pairs():
    """Each seed's data is hard or easy for both: the difference is steady although the results are not."""
    table = Comparison("error", lower_is_better=True)
    table.add("linear", [5.0, 9.0, 2.0, 7.0], baseline=True)
    table.add("GRU", [4.0, 8.1, 1.1, 6.0])
    assert table.outcome("GRU") == WINS
    assert table.advantage("GRU").mean == pytest.approx(0.95)


def test_text_and_html_say_the_same():
    table = errors([8.0, 8.2, 7.9])
    for said in (str(table), table._repr_html_()):
        assert all(part in said for part in ("error (MW), lower is better", "100 test days", "naive", table.verdict))
    assert "8.03 [7.65, 8.41]" in str(table)


def test_the_figure_names_every_method():
    fig = comparison(errors([8.0, 8.2, 7.9]))
    assert "GRU 8.03" in fig.description and "best baseline, naive" in fig.description


def test_what_cannot_be_compared_is_refused():
    table = errors([8.0])
    for add, said in (
        (lambda: table.add("GRU", 1.0), "a row of that name"),
        (lambda: table.add("x", [float("nan")]), "finite"),
        (lambda: table.add("x", []), "finite"),
    ):
        with pytest.raises(ValueError, match=said):
            add()
    with pytest.raises(ValueError, match="needs a baseline"):
        Comparison("error", True).best_baseline  # noqa: B018
    with pytest.raises(ValueError, match="no row is called 'LSTM'; there are naive"):
        table.advantage("LSTM")


def test_the_best_row_may_be_a_baseline_or_not():
    table = Comparison("error", lower_is_better=True)
    table.add("naive", 3.0, baseline=True)
    table.add("GRU", [2.0, 5.0])
    assert table.best.name == "naive"
    table.lower_is_better = False
    assert table.best.name == "GRU"


def test_what_a_value_stands_for_is_said_in_rows_and_verdict():
    table = Comparison("error", True, each="fold")
    table.add("naive", [10.0, 11.0], baseline=True)
    table.add("GRU", [9.0, 10.5])
    assert table.row("GRU").seeds == "2 folds" and "over 2 folds" in table.verdict and "2 folds" in table._repr_html_()


def test_a_column_of_notes_is_there_only_where_something_is_noted():
    table = errors([8.0, 8.2, 7.9])
    assert table._repr_html_().count('<th scope="col"') == 3 and "note" not in table._repr_html_()
    table.add("ridge", 9.0, baseline=True, note="20 weights")
    page = table._repr_html_()
    assert page.count('<th scope="col"') == 4 and page.count("<td") == 3 * len(table.rows) and "20 weights" in page
