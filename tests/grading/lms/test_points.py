"""Moodle's worksheet and Canvas's gradebook, filled: who gets which points, and who is left as they were."""

from __future__ import annotations

import re
import unicodedata

import pytest

from coursekit.grading.lms import canvas, moodle
from coursekit.grading.lms.people import Person
from coursekit.grading.lms.points import Points, fill
from coursekit.grading.lms.sheet import Sheet, SheetError

WORKSHEET = (
    '\ufeffIdentifier,"Full name","Email address",Status,Grade,"Maximum grade","Grade can be changed",'
    '"Last modified (submission)","Last modified (grade)","Feedback comments"\r\n'
    'Participant 4711,"Ada Lovelace",ada@example.org,"Submitted for grading - ",,13.00,Yes,'
    '"Friday, 27 November 2026, 9:00 AM",-,"<p>Good, ""very"" good</p>"\r\n'
    'Participant 4712,"Alan Turing",alan@example.org,"Submitted for grading - ",3.00,13.00,Yes,-,-,""\r\n'
    'Participant 4713,"Kurt Gödel",kurt@example.org,"No submission - ",,13.00,Yes,-,-,""\r\n'
    'Participant 4714,"Emmy Noether",emmy@example.org,"Submitted for grading - ",,13.00,Yes,-,-,""\r\n'
    'Participant 4715,"Someone Else",else@example.org,"No submission - ",,13.00,Yes,-,-,""\r\n'
)
GRADEBOOK = (
    "Student,ID,SIS User ID,SIS Login ID,Section,04 LSTM (90209),05 GRU (90210),Final Score\n"
    ",,,,,Manual Posting,,\n"
    "    Points Possible,,,,,10,13,(read only)\n"
    '"Lovelace, Ada",101,,ada,A,9,,\n'
    '"Turing, Alan",102,,alan,A,,3,\n'
    '"Gödel, Kurt",103,,kurt,B,,,\n'
    '"Noether, Emmy",104,,emmy,B,,EX,\n'
    '"Student, Test",105,,b9c1,A,,,\n'
)
NUMBERED = tuple(
    Person(number, name, f"{name.split()[0].lower()}@example.org")
    for number, name in (("4711", "Ada Lovelace"), ("4712", "Alan Turing"), ("4713", "Kurt Gödel"), ("4714", "Emmy N."))
)
NAMED = tuple(
    Person(name, lms_user_id=number) for name, number in zip(("ada", "alan", "kurt", "emmy"), "1234", strict=True)
)


def points(people, most=13.0, **totals):
    return Points(people, {people[int(which[1:])].id: total for which, total in totals.items()}, most)


def table(text):
    return Sheet(text.encode())


def test_moodle_s_worksheet_gets_points_and_keeps_all_else():
    sheet = table(WORKSHEET)
    done = fill(sheet, moodle.place(sheet), points(NUMBERED, _0=11.5, _1=12.0, _3=None))
    expected = WORKSHEET.replace('grading - ",,13.00,Yes,"Fri', 'grading - ",11.5,13.00,Yes,"Fri').replace(
        ",3.00,", ",12,"
    )
    assert sheet.content() == expected.encode()
    assert done.filled == ["Ada Lovelace", "Alan Turing"] and done.other_before == ["Alan Turing: 3.00 -> 12"]
    assert (done.undecided, done.nothing, done.strangers) == (["Emmy Noether"], ["Kurt Gödel"], ["Someone Else"])
    assert done.unclear == done.not_there == done.kept == []


def test_canvas_s_gradebook_gets_points_and_keeps_all_else():
    sheet = table(GRADEBOOK)
    done = fill(sheet, canvas.place(sheet, "05_gru"), points(NAMED, _0=13.0, _1=3.0, _3=7.0))
    assert sheet.content() == GRADEBOOK.replace("ada,A,9,,", "ada,A,9,13,").encode()
    assert done.filled == ["Lovelace, Ada", "Turing, Alan"] and done.kept == ["Noether, Emmy: EX"]
    assert done.strangers == ["Student, Test"] and done.nothing == ["Gödel, Kurt"]


def test_a_second_time_changes_nothing():
    sheet = table(WORKSHEET.replace(",3.00,", ",12.00,"))
    once = points(NUMBERED, _0=11.5, _1=12.0)
    fill(sheet, moodle.place(sheet), once)
    content = sheet.content()
    assert b",12.00," in content
    assert fill(sheet, moodle.place(sheet), once).other_before == [] and sheet.content() == content


def test_a_decimal_comma_stays_one_and_is_quoted_where_it_has_to_be():
    sheet = table(WORKSHEET.replace("13.00", '"13,00"'))
    fill(sheet, moodle.place(sheet), points(NUMBERED, _0=11.5))
    assert ',"11,5","13,00"' in sheet.content().decode()
    semicolons = GRADEBOOK.replace(", ", "\0").replace(",", ";").replace("\0", ", ").replace(";13;", ";13,0;")
    sheet = table(semicolons)
    fill(sheet, canvas.place(sheet, "05_gru"), points(NAMED, _0=11.5))
    assert "ada;A;9;11,5;" in sheet.content().decode()


@pytest.mark.parametrize("place", [moodle.place, lambda sheet: canvas.place(sheet, "05_gru")])
def test_another_maximum_is_an_error_or_converted(place):
    text, people = (WORKSHEET, NUMBERED) if place is moodle.place else (GRADEBOOK, NAMED)
    sheet = table(text)
    with pytest.raises(SheetError, match="13 there and 26 here: .* or add --scale"):
        fill(sheet, place(sheet), points(people, most=26.0, _0=13.0))
    assert sheet.content() == text.encode()
    fill(sheet, place(sheet), points(people, most=26.0, _0=13.0), scale=True)
    assert ",6.5," in sheet.content().decode()


def test_moodle_s_maximum_is_seen_whatever_its_first_letters():
    sheet = table(WORKSHEET.replace("Maximum grade", "Maximum Grade"))
    with pytest.raises(SheetError, match="13 there and 26 here"):
        fill(sheet, moodle.place(sheet), points(NUMBERED, most=26.0, _0=13.0))


def test_the_words_of_a_scale_have_no_decimal_comma():
    sheet = table(WORKSHEET.replace("13.00", '"Pass, Fail"'))
    fill(sheet, moodle.place(sheet), points(NUMBERED, _0=11.5))
    assert ',11.5,"Pass, Fail"' in sheet.content().decode()


def test_who_is_excused_in_small_letters_is_excused():
    sheet = table(GRADEBOOK.replace(",EX,", ",ex,"))
    assert fill(sheet, canvas.place(sheet, "05_gru"), points(NAMED, _3=7.0)).kept == ["Noether, Emmy: ex"]


@pytest.mark.parametrize("column", ["Identifier", "Grade", "Last modified (grade)"])
def test_a_file_that_moodle_would_refuse_is_refused_with_what_to_do(column):
    sheet = table(WORKSHEET.replace(column, "Other", 1))
    with pytest.raises(SheetError, match=f"no column '{re.escape(column)}'.*Download grading worksheet"):
        moodle.place(sheet)


def test_moodle_takes_commas_only():
    with pytest.raises(SheetError, match="commas only"):
        moodle.place(table("Identifier;Grade;Last modified (grade)\nParticipant 1;;-\n"))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("Student,", "Pupil,", "no gradebook of Canvas"),
        (",ID,", ",No,", "no gradebook of Canvas"),
        ("05 GRU (90210)", "05 GRU", "no column for '05_gru'. Name one with --column: '04 LSTM"),
        ("05 GRU (90210)", "105 GRU (90210)", "no column for '05_gru'"),
        ("05 GRU (90210)", "05 GRU2 (90210)", "no column for '05_gru'"),
        ("04 LSTM (90209)", "05-GRU (1)", "more than one column for '05_gru'. Name one with --column"),
    ],
)
def test_a_column_of_canvas_is_not_guessed(old, new, said):
    with pytest.raises(SheetError, match=re.escape(said)):
        canvas.place(table(GRADEBOOK.replace(old, new, 1)), "05_gru")


@pytest.mark.parametrize("wanted", ["04 LSTM (90209)", "04 LSTM"])
def test_a_column_of_canvas_can_be_named(wanted):
    assert canvas.place(table(GRADEBOOK), "05_gru", wanted).column == 5
    with pytest.raises(SheetError, match="no column called '06'"):
        canvas.place(table(GRADEBOOK), "05_gru", "06")


def test_a_number_that_agrees_by_chance_gives_nobody_s_points():
    """The participant's number of one is the id of another, whose mail address is known."""
    people = (Person("4711", "Grace Hopper", "grace@example.org"), Person("ada", "Ada", "ada@example.org"))
    sheet = table(WORKSHEET)
    done = fill(sheet, moodle.place(sheet), Points(people, {"4711": 1.0, "ada": 13.0}, 13.0))
    assert sheet.content() == WORKSHEET.encode() and done.not_there == ["4711", "ada"]
    assert done.unclear == ["Ada Lovelace could be 4711 or ada"]
    done = fill(sheet, moodle.place(sheet), Points(people[:1], {"4711": 1.0}, 13.0))
    assert done.unclear == ["Ada Lovelace could be 4711, whose mail address is grace@example.org"]


def test_a_student_of_two_lines_is_in_neither():
    sheet = table(WORKSHEET.replace("alan@", "ada@").replace("4712", "9999"))
    done = fill(sheet, moodle.place(sheet), points(NUMBERED, _0=13.0))
    assert len(done.unclear) == 2 and done.filled == [] and ",13," not in sheet.content().decode()


def test_who_is_found_by_a_mail_address_whatever_its_case():
    people = (Person("al123", "Ada Lovelace", "Ada@Example.org"),)
    sheet = table(WORKSHEET)
    assert fill(sheet, moodle.place(sheet), Points(people, {"al123": 13.0}, 13.0)).filled == ["Ada Lovelace"]


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_who_is_found_however_an_umlaut_is_written(form):
    people = (Person(unicodedata.normalize("NFC", "gödel")),)
    sheet = table(GRADEBOOK.replace("103,,kurt", f"103,,{unicodedata.normalize(form, 'Gödel')}"))
    done = fill(sheet, canvas.place(sheet, "05_gru"), Points(people, {people[0].id: 12.0}, 13.0))
    assert done.filled == ["Gödel, Kurt"] and not done.not_there


def test_a_graded_student_who_is_not_in_the_file_is_named():
    sheet = table(WORKSHEET)
    done = fill(sheet, moodle.place(sheet), Points((Person("zoe"),), {"zoe": 1.0}, 13.0))
    assert done.not_there == ["zoe"] and sheet.content() == WORKSHEET.encode()


@pytest.mark.parametrize("name", ["Ada Lovelace", "a_b_c", "x/../../y", "..", "", "Zoë_\\:*?<>|", "~ada", ".ada"])
def test_moodle_finds_the_number_in_every_folder_s_name(name):
    folder = moodle.folder(name, "4711")
    assert folder.split("_")[1:] == ["4711", "assignsubmission", "file"]
    assert folder.strip(".~/ ") == folder and "/" not in folder
