"""`coursekit send-grades` against a platform on this machine: signed, scoped, once, and on after whatever happens."""

from __future__ import annotations

import functools
import importlib
import json
import os
import re
import shutil
import subprocess
import sys

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from nbgrader.api import Gradebook

from coursekit.grading.lms.lti import key, web
from coursekit.grading.lms.lti.settings import KEY_FILE
from coursekit.grading.submission.records import RECORDS
from tests.cli.conftest import COMMAND
from tests.grading.lms.loopback import CLIENT, ITEMS, Platform

pytestmark = pytest.mark.nbgrader

POINTS = {"ada": 3.5, "bob": 8.0, "cyd": 0.0, "dan": None}
USERS = {"ada": "31", "bob": "32", "cyd": "33", "dan": "34"}


@pytest.fixture
def platform(monkeypatch):
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    running = Platform()
    yield running
    running.close()
    assert running.wrong == [], "each request keeps the contract"


@pytest.fixture
def waits(monkeypatch):
    """The seconds that were waited, which no test does."""
    waited = []
    monkeypatch.setattr(web, "Web", functools.partial(web.Web, sleep=waited.append))
    return waited


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Three students with points, one who waits for a person, and a small key, which is read sooner than ours."""
    folder = tmp_path_factory.mktemp("course")
    (folder / "nbgrader_config.py").write_text(
        'c = get_config()\nc.CourseDirectory.course_id = "c"\nc.CourseDirectory.db_url = "sqlite:///gradebook.db"\n'
    )
    with book(folder) as gradebook:
        gradebook.add_assignment("mini")
        gradebook.add_notebook("mini", "mini")
        gradebook.add_grade_cell("check_step", "mini", "mini", max_score=8, cell_type="code")
        for student, user in USERS.items():
            gradebook.add_student(student, lms_user_id=user)
            gradebook.add_submission("mini", student)
    for student, points in POINTS.items():
        give(folder, student, points)
    small = rsa.generate_private_key(public_exponent=65537, key_size=key.SMALLEST)
    form, nothing = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    (folder / KEY_FILE).touch(0o600)
    (folder / KEY_FILE).write_bytes(small.private_bytes(serialization.Encoding.PEM, form, nothing))
    return folder


@pytest.fixture
def course(made, tmp_path, platform, call, waits):
    """The platform knows all students, and the key."""
    place = tmp_path / "course"
    shutil.copytree(made, place)
    said = call("send-grades", "--setup", "--course", place).stdout
    platform.register(json.loads(re.search(r"^\{.*\}$", said, re.M)[0]))
    platform.enrolled = set(USERS.values())
    settings(place, platform)
    return place


def settings(course, platform, **more):
    said = {"client_id": CLIENT, "token_url": f"{platform.address}/token"}
    said |= {"line_items": f"{platform.address}{ITEMS}?type_id=3"} | more
    (course / "lti.toml").write_text("".join(f"{name} = {json.dumps(value)}\n" for name, value in said.items()))


def book(course):
    return Gradebook(f"sqlite:///{course / 'gradebook.db'}", "c")


def give(course, student, points):
    with book(course) as gradebook:
        gradebook.find_grade("check_step", "mini", "mini", student).auto_score = points
        gradebook.db.commit()


@pytest.fixture
def send(call, course):
    return lambda *more: call("send-grades", "mini", "--course", course, *(more or ("--send",)))


def sent(platform):
    return {user: len(scores) for (_, user), scores in platform.scores.items()}


def test_nothing_is_sent_until_it_is_said(send, course, platform):
    for said in (send("--dry-run"), send("--course", course)):
        assert said.returncode == 1, said.stderr
        assert "Column of mini: none yet, --send makes it, with 8 points." in said.stdout
        assert "To be sent (3): ada 3.5, bob 8, cyd 0" in said.stdout
        assert "Not decided yet, left out (1): dan" in said.stdout and "Nothing was sent." in said.stdout
    assert platform.items == [] and sent(platform) == {} and set(platform.asked) == {"token", "list"}
    assert not (course / RECORDS).exists()


def test_each_score_is_sent_once_and_again_when_it_has_changed(send, course, platform):
    assert "Sent (3): ada 3.5, bob 8, cyd 0" in send().stdout
    assert platform.held() == {"31": 3.5, "32": 8.0, "33": 0.0} and len(platform.items) == 1
    assert platform.items[0]["scoreMaximum"] == 8.0 and platform.items[0]["label"] == "mini"
    again = send()
    assert "Sent before, and the same since: 3" in again.stdout and set(sent(platform).values()) == {1}
    give(course, "ada", 5.0)
    give(course, "dan", 1.0)
    assert "To be sent (2): ada 3.5 -> 5, dan 1" in send("--dry-run").stdout
    assert send().returncode == 0 and sent(platform) == {"31": 2, "32": 1, "33": 1, "34": 1}
    assert len(platform.items) == 1, "the column is found again"
    log = send("--log").stdout.splitlines()
    assert [line.split("Z  ")[1] for line in log] == [
        "ada: 3.5 of 8, sent",
        "bob: 8 of 8, sent",
        "cyd: 0 of 8, sent",
        "ada: 5 of 8, sent",
        "dan: 1 of 8, sent",
    ]
    assert {path.stat().st_mode & 0o077 for path in (course / RECORDS).rglob("*")} == {0}, "it names students"


def test_the_column_is_found_among_others_on_later_pages(send, platform):
    for other in ("00_numerical_tools", "mini-2", "mini"):
        platform.make_item({"label": other, "scoreMaximum": 1, "resourceId": other, "tag": "theirs"})
    platform.make_item({"label": "05 GRU", "scoreMaximum": 16, "resourceId": "mini", "tag": "coursekit"})
    said = send().stdout
    assert "Column of mini: 05 GRU, 16 points there (the platform converts from 8)" in said
    assert {item for item, _ in platform.scores} == {"4"} and len(platform.items) == 4
    platform.make_item({"label": "again", "scoreMaximum": 8, "resourceId": "mini", "tag": "coursekit"})
    assert "has 2 line items for mini: name one in lti.toml" in send().stderr


def test_a_column_that_the_teacher_names_needs_no_more_than_the_right_to_send(send, course, platform):
    platform.make_item({"label": "theirs", "scoreMaximum": 8})
    platform.scopes = {"score"}
    with (course / "lti.toml").open("a") as file:
        file.write(f'[line_item]\nmini = "{platform.items[0]["id"]}"\n')
    assert "Sent (3)" in send().stdout and "list" not in platform.asked


def test_who_is_refused_is_told_and_the_others_have_their_points(send, course, platform):
    platform.enrolled.remove("31")
    done = send()
    assert (
        done.returncode == 1 and "Refused by the platform, 404, user 31 is not in this course (1): ada" in done.stdout
    )
    assert platform.held() == {"32": 8.0, "33": 0.0}
    assert "ada: 3.5 of 8, refused (404, user 31" in send("--log").stdout
    platform.enrolled.add("31")
    assert "Sent (1): ada 3.5" in send().stdout and sent(platform) == {"31": 1, "32": 1, "33": 1}


def test_the_platform_gets_the_time_that_it_asks_for(send, platform, waits):
    platform.faults["token"].append((503, {}))
    platform.faults["score"].extend([(429, {"Retry-After": "7"}), (502, {}), (429, {"Retry-After": "nonsense"})])
    date = "Sat, 28 Nov 2026 12:00:{}0 GMT"
    platform.faults["list"].append((503, {"Date": date.format(0), "Retry-After": date.format(4)}))
    assert send().returncode == 1 and sent(platform) == {"31": 1, "32": 1, "33": 1}
    assert waits == [1.0, 40.0, 7.0, 2.0, 4.0]


def test_a_platform_that_asks_for_much_time_is_asked_later(send, platform, waits):
    platform.faults["score"].extend([None, (429, {"Retry-After": "3600"})])
    done = send()
    assert done.returncode == 2 and "asks to wait for 60 minutes" in done.stderr and waits == []
    assert "Sent (1): ada 3.5" in done.stdout and "2 of 3 were not tried." in done.stdout
    assert "Sent (2): bob 8, cyd 0" in send().stdout and sent(platform) == {"31": 1, "32": 1, "33": 1}


def test_a_score_that_arrived_without_an_answer_is_not_sent_again(send, platform, waits):
    platform.faults["score"].append(lambda: None)
    assert "Sent (3)" in send().stdout and sent(platform) == {"31": 1, "32": 1, "33": 1}
    assert platform.asked.count("results") == 1 and len(waits) == 1


def test_not_even_where_the_platform_tells_no_results(send, platform):
    platform.scopes.remove("result.readonly")
    platform.faults["score"].append(lambda: None)
    assert "Sent (3)" in send().stdout and sent(platform) == {"31": 1, "32": 1, "33": 1}


def test_a_platform_that_is_gone_ends_the_run_and_the_next_one_goes_on(send, platform):
    platform.faults["score"].extend([None] + [(500, {})] * 2 * web.TRIES)
    done = send()
    assert done.returncode == 2 and "does not answer" in done.stderr
    assert "Sent (1): ada" in done.stdout and "did not answer; the next run asks (2): bob, cyd" in done.stdout
    assert "Sent (2): bob 8, cyd 0" in send().stdout and sent(platform) == {"31": 1, "32": 1, "33": 1}


@pytest.mark.parametrize("arrives", [True, False])
def test_a_run_that_is_killed_goes_on(course, send, platform, arrives):
    """Killed while bob's score is on its way: it has arrived, or not."""
    running = []

    def kill():
        running[0].kill()
        running[0].wait(60)
        if not arrives:
            platform.scores["1", "32"].clear()

    platform.faults["score"].extend([None, kill])
    command = [*COMMAND, "send-grades", "mini", "--send", "--course", str(course)]
    running.append(subprocess.Popen(command, env=os.environ | {"no_proxy": "127.0.0.1"}, stdout=subprocess.DEVNULL))
    assert running[0].wait(timeout=120) < 0
    with next((course / RECORDS / "sent").iterdir()).open("a") as file:
        file.write('{"item": "cut o')  # as if the disk had had no time
    assert "To be sent (2): bob 8, cyd 0" in send("--dry-run").stdout
    assert "Sent (2): bob 8, cyd 0" in send().stdout
    assert sent(platform) == {"31": 1, "32": 1, "33": 1} and platform.held()["32"] == 8.0
    assert "Sent before, and the same since: 3" in send().stdout


def test_tokens_are_renewed(send, course, platform):
    platform.expires_in = 0
    assert "Sent (3)" in send().stdout and platform.asked.count("token") >= 5
    platform.expires_in = 3600
    give(course, "ada", 1.0)
    platform.faults["score"].append((401, {}))  # it has forgotten the token
    assert "Sent (1)" in send().stdout
    give(course, "ada", 2.0)
    platform.faults["score"].extend([(401, {})] * 2)
    assert "does not take the token that it has given: 401" in send().stderr


def test_no_token_goes_to_another_server(send, platform):
    platform.next_page = "https://elsewhere.example.org/more"
    assert "on another server than line_items in lti.toml" in send().stderr
    platform.next_page = ""
    for status, place in ((302, "https://elsewhere.example.org/"), (307, "http://[nonsense"), (308, "file:///etc")):
        platform.faults["list"].append((status, {"Location": place}))
        assert f"does not list its line items: {status}" in send().stderr


PAGE = b"\n<!doctype html><title>Please log in</title>"
DEEP = b"[" * 100_000
HUGE = "1" + 400 * "0"


def test_a_page_to_log_in_is_no_receipt(send, platform):
    platform.faults["score"].append((200, {}, PAGE))
    done = send()
    assert done.returncode == 1 and "Refused by the platform, 200, a web page (1): ada" in done.stdout
    assert "Sent (1): ada 3.5" in send().stdout and sent(platform) == {"31": 1, "32": 1, "33": 1}


@pytest.mark.parametrize("kind", ["token", "list", "make", "score"])
def test_nonsense_is_told_in_one_sentence_and_the_next_run_goes_on(send, platform, kind):
    late = {"Retry-After": "Mon, 01 Jan 99999999999999999999 00:00:00 GMT"}
    for body in (PAGE, DEEP, b"null", b'{"message": "half a pair \\ud800, \\u2028 and \\u0085"}'):
        platform.faults[kind].append((400, late, body))
        done = send()
        assert done.returncode in (1, 2) and len(done.stderr.splitlines()) <= 1, done.stderr
    assert send().returncode == 1 and sent(platform) == {"31": 1, "32": 1, "33": 1}
    assert send("--log").returncode == 0


@pytest.mark.parametrize("token", ["a\r\nX-More: y", "ö", "\ud800", "", "two words"])
def test_a_token_that_no_header_can_carry_is_none(send, platform, token):
    platform.faults["token"].append((200, {}, json.dumps({"access_token": token}).encode()))
    done = send()
    assert done.returncode == 2 and "gives no token for lineitem: 200" in done.stderr and sent(platform) == {}


def test_numbers_that_are_none_are_not_believed(send, platform):
    said = json.dumps({"access_token": "token-0", "expires_in": 0}).replace(": 0", f": {HUGE}")
    platform.tokens["token-0"] = "https://purl.imsglobal.org/spec/lti-ags/scope/lineitem"
    platform.faults["token"].append((200, {}, said.encode()))
    item = json.dumps({"id": f"{platform.address}{ITEMS}/1?type_id=3", "resourceId": "mini", "tag": "coursekit"})
    platform.faults["list"].append((200, {}, f'[{item[:-1]}, "scoreMaximum": {HUGE}}}]'.encode()))
    platform.faults["score"].append(lambda: None)
    platform.faults["results"].append((200, {}, f'[{{"userId": "31", "resultScore": {HUGE}}}]'.encode()))
    assert "Column of mini: , " in send("--dry-run").stdout
    done = send()
    assert "Traceback" not in done.stderr and platform.held() == {"31": 3.5, "32": 8.0, "33": 0.0}


def test_what_is_secret_and_comes_back_is_not_shown(send, platform, monkeypatch):
    """Some platforms quote the request that they refuse."""
    secret = []
    signed = key.Key.signed
    monkeypatch.setattr(key.Key, "signed", lambda *given: secret.append(signed(*given)) or secret[-1])

    def quoted():
        return {"error_description": f"no client_assertion={secret[-1]} here"}

    platform.faults["token"].append((400, {}, quoted))
    said = send().stderr
    assert "400, no client_assertion=... here" in said and secret[-1][:40] not in said


@pytest.mark.parametrize(
    "line",
    [
        {"time": "yesterday"},
        {"time": "2026-11-28T12:00:00"},
        {"time": None},
        {"item": {}},
        {"points": "3"},
        {"state": 5, "more": 1},
    ],
)
def test_a_line_of_the_journal_that_is_none_costs_that_line_only(send, course, platform, line):
    assert "Sent (3)" in send().stdout
    [journal] = (course / RECORDS / "sent").iterdir()
    last = json.loads(journal.read_text().splitlines()[-1])
    none = f"{json.dumps(last | line)}\n{DEEP.decode()}\n[]\n"
    journal.write_text(none + journal.read_text() + none)
    assert "Sent before, and the same since: 3" in send().stdout and "cyd: 0 of 8, sent" in send("--log").stdout


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"client_id": "another"}, "gives no token for lineitem: 401"),
        ({"audience": "https://another.example.org"}, "gives no token for lineitem: 400, invalid_client: Aud"),
        ({"client_id": ""}, "client_id is empty"),
        ({"token_url": "http://canvas.example.org/token"}, "has to begin with https://"),
        ({"token_url": "https://cänvas.example.org/token"}, "without letters beyond ASCII"),
        ({"line_items": "https://canvas.example.org/a b"}, "written without spaces"),
        ({"line_items": "https://canvas.example.org:port/"}, "line_items is 'https://canvas.example.org:port/'"),
        ({"client-id": "slip"}, "names client-id, which means nothing here"),
        ({"key": "none.pem"}, "there is no key"),
        ({"key": "nbgrader_config.py"}, "others can read the key"),
    ],
)
def test_what_cannot_be_is_said(send, course, platform, change, said):
    settings(course, platform, **change)
    done = send()
    assert done.returncode == 2 and said in done.stderr and len(done.stderr.strip().splitlines()) == 1, done.stderr
    assert sent(platform) == {}


def test_a_key_that_others_can_read_or_that_is_none_is_not_used(send, course):
    path = course / KEY_FILE
    path.chmod(0o640)
    assert "run `chmod 600" in send().stderr
    path.chmod(0o600)
    path.write_text("not a key")
    assert "holds no private key" in send().stderr
    path.unlink()
    key.make(path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert "gives no token for lineitem: 400" in send().stderr, "a key of which the platform knows nothing"


def test_setting_up_twice_changes_nothing(call, course):
    before = {path: path.read_bytes() for path in (course / "lti.toml", course / KEY_FILE)}
    said = call("send-grades", "--setup", "--course", course).stdout
    assert "is there already" in said and "PUBLIC KEY" in said and "PRIVATE" not in said
    assert {path: path.read_bytes() for path in before} == before


def test_who_has_no_number_or_another_s_is_named(send, course, platform):
    with book(course) as gradebook:
        gradebook.update_or_create_student("ada", lms_user_id=None)
        gradebook.update_or_create_student("bob", lms_user_id="33")
    done = send()
    assert done.returncode == 1 and "Without a number of the platform" in done.stdout and "(1): ada" in done.stdout
    assert "Two students with one number of the platform (2): bob, cyd" in done.stdout and sent(platform) == {}


def test_a_missing_package_is_named_as_it_is_installed(monkeypatch):
    """PyJWT is imported under another name."""
    monkeypatch.setitem(sys.modules, "jwt", None)
    monkeypatch.delitem(sys.modules, key.__name__)
    with pytest.raises(ModuleNotFoundError) as missing:
        importlib.import_module(key.__name__)
    assert missing.value.name == "pyjwt"
