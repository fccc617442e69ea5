"""Who needs a look: everybody who does, nobody who does not."""

from coursekit.grading.report.attention import looks, written_answers
from coursekit.grading.report.data import UNDECIDED, Mark, Student

UNDONE = {"step": Mark(None, verdict=UNDECIDED), "count": Mark(None, verdict=UNDECIDED), "words": Mark(None)}


def test_an_unreadable_notebook_is_told_with_its_reason(group):
    [look] = looks(group)
    assert (look.student, look.kind, look.why) == ("eve", "not read", "05_gru.ipynb is not JSON")


def test_points_given_by_hand_settle_it(make_class, make_student):
    by_hand = Mark(2.0, by_hand=True, verdict=UNDECIDED)
    settled = make_student(step=by_hand, count=by_hand, problems=("unreadable",))
    assert looks(make_class(settled)) == []


def test_a_fault_of_the_grader_is_told_once_for_all_its_exercises(make_class, make_student):
    mark = Mark(None, verdict=UNDECIDED, fault="no sandbox here")
    [look] = looks(make_class(make_student(step=mark, count=mark)))
    assert look.kind == "not decided" and look.why == "gru_step, gru_parameter_count: no sandbox here"


def test_one_undecided_exercise_is_enough(make_class, make_student):
    [look] = looks(make_class(make_student(count=Mark(None, verdict=UNDECIDED))))
    assert look.why == "gru_parameter_count: the grader has not decided"


def test_flags_states_and_order(make_class, make_student):
    group = make_class(
        make_student("flagged", flags=("uses torch.nn.GRU",)),
        make_student("changed", state="outdated"),
        Student("new", state="not graded"),
        make_student("both", **UNDONE, problems=("is a link",), flags=("uses torch.nn.GRU",)),
    )
    assert [(look.kind, look.student) for look in looks(group)] == [
        ("not read", "both"),
        ("not graded", "new"),
        ("outdated", "changed"),
        ("not from scratch?", "both"),
        ("not from scratch?", "flagged"),
    ]


def test_wrong_answers_need_nobody(make_class, make_student):
    wrong = Mark(0.0, verdict="wrong")
    assert looks(make_class(make_student(step=wrong, count=Mark(0.0, verdict="exited")))) == []


def test_written_answers_are_counted_where_only_people_can_grade(group, make_class, make_student):
    assert written_answers(group) == 2  # cyd's and eve's
    assert written_answers(make_class(make_student())) == 0


def test_a_remark_on_how_a_notebook_was_read_is_told_and_accuses_nobody(make_class, make_student):
    [look] = looks(make_class(make_student(remarks=("gru_step was taken from a cell below",))))
    assert (look.kind, look.why) == ("read with a remark", "gru_step was taken from a cell below")
