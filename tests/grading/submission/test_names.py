"""Names of students as file systems spell them."""

import os
import unicodedata

from coursekit.grading.submission import names

GOEDEL = "Gödel"
APART = unicodedata.normalize("NFD", GOEDEL)


def test_two_spellings_are_one_student(tmp_path):
    for name in ("ada", APART, GOEDEL, ".hidden"):
        (tmp_path / name).mkdir()
    assert APART != GOEDEL
    found = names.by_student(tmp_path.iterdir())
    assert list(found) == [GOEDEL, "ada"] and len(found[GOEDEL]) == 2


def test_what_can_be_no_name_is_said():
    latin = os.fsdecode("Gödel".encode("latin-1"))
    assert "not UTF-8" in names.unusable(latin) and names.printable(latin) == "G\\xf6del"
    assert "longer than" in names.unusable("a" * 129) and "longer than" in names.unusable("漢" * 67)
    assert names.unusable("a" * 128) == names.unusable(GOEDEL) == names.unusable("漢" * 66) == ""
