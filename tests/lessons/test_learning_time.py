"""The minutes at a lesson's head are counted from its text, and no lesson is more than one sitting."""

from __future__ import annotations

import pytest

from coursekit.lessons.learning_time import HEAD, MOST, Counts, main, with_minutes
from coursekit.lessons.source import read_cells
from tests.course.learners import LESSONS, ROOT

TEXT = """# Title

About 45 minutes to learn; more.

Four words stand here, and $x$ is none. $$y = x$$

<details><summary>Folded</summary>

Not counted at all.

</details>

```python
# a comment
x = 1

y = 2
```

```python exercise="double"
def double(x):
    \"\"\"Twice x.\"\"\"
    ### BEGIN SOLUTION
    twice = 2 * x
    return twice
    ### END SOLUTION
```

```python check="double"
check(double)
```

```python prediction="guess"
guess = None
```
"""


@pytest.mark.parametrize("lesson", LESSONS)
def test_a_lesson_says_its_counted_minutes_and_is_one_sitting(lesson):
    path = ROOT / "solutions" / lesson / f"{lesson}.md"
    counts = Counts.of(read_cells(path))
    assert HEAD.search(path.read_text(encoding="utf-8"))[0] == f"About {counts.said} minutes"
    assert counts.said <= MOST


def test_what_is_counted(tmp_path):
    path = tmp_path / "lesson.md"
    path.write_text(TEXT)
    counts = Counts.of(read_cells(path))
    assert (counts.equations, counts.code, counts.exercises, counts.answers, counts.predictions) == (1, 2, 1, 2, 1)
    assert counts.words == 13 + 5  # "Title About ... is none", and "def double x Twice x"
    assert counts.minutes == pytest.approx(counts.words / 200 + 0.5 + 2 / 25 + 2 + 1.2 + 1)
    assert counts.said == 5


def test_the_head_is_rewritten(tmp_path, capsys):
    path = tmp_path / "one" / "one.md"
    path.parent.mkdir()
    path.write_text(TEXT)
    main(["--write", "--solutions", str(tmp_path)])
    assert "About 5 minutes to learn; more." in path.read_text()
    assert "one" in capsys.readouterr().out
    with pytest.raises(ValueError, match="About 45 minutes"):
        with_minutes("# Title\n", Counts())
