"""The page: complete, escaped, self-contained, and readable without colours."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import re

import bs4
import pytest

from coursekit.grading.report.data import Mark, Question
from coursekit.grading.report.page import PAGE_ROWS, page

EVIL = "<script>alert(1)</script>\" onmouseover='x' & </title></style>"


def parsed(group):
    return bs4.BeautifulSoup(page(group), "html.parser")


def words(soup):
    return " ".join(soup.get_text(" ").replace("\xa0", " ").split())


def test_the_page_says_what_happened(group):
    said = words(parsed(group))
    assert "Half of the class has 3 of 8 points or more." in said
    assert "The hardest exercise is gru_step: 25 % passed." in said
    assert "The most frequent mistake, made by 50 %: an update gate that is swapped" in said
    assert "1 submission needs a look. 2 written answers wait for you." in said
    assert "eve 05_gru.ipynb is not JSON" in said
    assert "Nothing handed in by 1 student of the gradebook: fay." in said
    assert "In this course z keeps." in said, "the hint of the known mistake"
    assert "The most: cyd (40 s)" in said
    assert "2 h late, −1" in said


def test_every_student_has_a_line_with_every_question(group):
    table = parsed(group).select_one("table.students")
    lines = {row.th.get_text(): [words(cell) for cell in row.select("td.mark")] for row in table.select("tbody tr")}
    assert lines == {
        "ada": ["✓ 4", "✓ 1", "✎ 3"],
        "bob": ["✗ 1", "✗ 0", "✎ 3"],
        "cyd": ["✗ 1", "– 0", "?"],
        "dan": ["∞ 0", "! 0", "✎ 3"],
        "eve": ["?", "?", "?"],
    }
    assert table.select_one('[title*="swapped"]') is not None


def test_points_that_a_person_changed_are_marked(make_class, make_student):
    group = make_class(make_student(step=Mark(3.5, by_hand=True, verdict="wrong")))
    assert words(parsed(group).select_one("td.mark")) == "✗ 3.5 ✎"


def test_four_figures_with_alternative_text(group):
    figures = parsed(group).select("figure svg")
    assert len(figures) == 4
    assert all(svg["role"] == "img" and svg["aria-label"].endswith(".") for svg in figures)


def test_nothing_is_loaded_and_nothing_runs_but_what_sorts(group):
    text = page(group)
    soup = bs4.BeautifulSoup(text, "html.parser")
    assert not soup.select("link, img, iframe, object, embed, form, base")
    [script] = soup.select("script")
    assert not script.attrs and not re.search(r"innerHTML|outerHTML|eval|Function|fetch|import", script.string)
    named = base64.b64encode(hashlib.sha256(script.string.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{named}'"
    policy += "; base-uri 'none'; form-action 'none'"
    assert [m["content"] for m in soup.select("meta[http-equiv]")] == [policy]
    assert not re.search(r"@import|url\((?!#)|src=|javascript:", text)
    assert not re.findall(r'href="(?!#)', text)
    names = [tag["id"] for tag in soup.select("[id]")]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("field", ["name", "full_name", "problems", "flags"])
def test_what_students_can_choose_stays_text(field, group):
    value = EVIL if field in ("name", "full_name") else (EVIL,)
    changed = dataclasses.replace(group.students[1], **{field: value})
    unread = dataclasses.replace(group.students[4], **{field: value})
    hostile = dataclasses.replace(group, students=(*group.students, changed, unread))
    soup = parsed(hostile)
    assert len(soup.select("script")) == 1 and not soup.select("[onmouseover]")
    assert len(soup.select("section")) == len(parsed(group).select("section"))
    assert EVIL in soup.get_text()


def test_names_of_everything_else_stay_text_too(group, make_student):
    fault = Mark(None, verdict="not decided", fault=EVIL)
    diagnosed = Mark(0.0, verdict="wrong", diagnoses=(EVIL,))
    odd = dataclasses.replace(
        group,
        assignment=EVIL,
        course=EVIL,
        questions=(*group.questions, Question(EVIL, 1.0)),
        students=(*group.students, make_student("z", step=diagnosed, count=fault)),
        absent=(EVIL,),
    )
    assert len(parsed(odd).select("script")) == 1 and not parsed(odd).select("[onmouseover]")


def test_marks_that_turn_text_around_are_taken_out(make_class, make_student):
    assert "\u202e" not in page(make_class(make_student("evil\u202ename")))


def test_a_perfect_class_of_one(make_class, make_student):
    said = words(parsed(make_class(make_student())))
    assert "Everybody passed every exercise. Nothing waits for you." in said
    assert "Nobody. Everything was read and decided." in said and "Nothing: no answer is wrong" in said


def test_a_class_in_which_nothing_could_be_read(group):
    soup = parsed(dataclasses.replace(group, students=(group.students[4],)))
    assert not soup.select("figure") and "05_gru.ipynb is not JSON" in words(soup)


def test_an_assignment_with_written_questions_only(group, make_class):
    student = dataclasses.replace(group.students[0], marks={"explain": Mark(2.0, by_hand=True)}, cpu_s=None)
    only = dataclasses.replace(make_class(student), questions=(Question("explain", 3.0, False),))
    assert "Half of the class has 2 of 3 points or more." in words(parsed(only))


def test_students_who_share_a_reason_share_a_line(make_class, make_student):
    group = make_class(*(make_student(name, state="outdated") for name in ("ada", "bob")))
    assert "ada and bob : the notebook, or the grader, has changed since it was graded." in words(parsed(group))


def test_several_assignments_begin_with_a_summary_across_them(group):
    other = dataclasses.replace(group, assignment="06_gru_backward", students=group.students[1:], absent=("ada", "fay"))
    soup = bs4.BeautifulSoup(page(group, other), "html.parser")
    assignments, people = soup.select("main > section table")
    assert [words(row) for row in assignments.select("tbody tr")] == [
        "05_gru 5 3 8 25 % 1",
        "06_gru_backward 4 2 8 0 % 1",
    ]
    lines = {row.th.get_text(): [words(cell) for cell in row.select("td")] for row in people.select("tbody tr")}
    assert lines["ada"] == ["8", "8", "–"] and lines["bob"] == ["8", "4", "4"] and lines["fay"] == ["0", "–", "–"]
    assert lines["cyd"] == ["2 + ?", "1 + ?", "1 + ?"] and lines["eve"][1:] == ["?", "?"]
    assert [h.get_text() for h in soup.select("h2")][-2:] == ["05_gru", "06_gru_backward"]
    assert len(soup.select("table.students")) == 2 and len(soup.select("h1")) == 1
    names = [tag["id"] for tag in soup.select("[id]")]
    assert len(names) == len(set(names))


def test_links_are_relative_and_no_name_bends_them(group, tmp_path):
    odd = tmp_path / "javascript:alert(1)" / 'a"b<c%2e?#' / "05_gru"
    linked = dataclasses.replace(group.students[0], files={"handed in": odd})
    text = page(dataclasses.replace(group, students=(linked,)), folder=tmp_path)
    [link] = bs4.BeautifulSoup(text, "html.parser").select("td.files a")
    assert link["href"] == "javascript%3Aalert%281%29/a%22b%3Cc%252e%3F%23/05_gru"


def test_a_long_table_shows_its_first_lines_and_hides_the_rest_only_where_a_script_runs(make_class, make_student):
    soup = parsed(make_class(*(make_student(f"s{number:04d}") for number in range(PAGE_ROWS + 3))))
    rows = soup.select("table.students[data-page] tbody tr")
    assert [row.th["data-sort"] for row in rows if row.has_attr("hidden")] == ["s0200", "s0201", "s0202"]
    assert "tr[hidden] { display: table-row" in soup.select_one("noscript style").string
    assert not parsed(make_class(make_student())).select("tr[hidden]")
