"""What platforms demand of a results file, written from their documents and not from our code."""

from __future__ import annotations

import datetime
import json
import math
import uuid
from typing import Any

VISIBLE = {"hidden", "after_due_date", "after_published", "visible"}
FORMATS = {"text", "html", "simple_format", "md", "ansi"}


def gradescope(results: Any) -> None:
    """gradescope/autograder_samples, docs/specs.md. Beyond it: only keys that it knows, and no score for what is
    not decided: the total then must not be shown, which it is not if a test is shown later."""
    assert isinstance(results, dict)
    known = "score execution_time output output_format test_output_format test_name_format visibility"
    assert set(results) <= {*known.split(), "stdout_visibility", "extra_data", "tests", "leaderboard"}
    assert results.get("visibility", "visible") in VISIBLE and results.get("stdout_visibility", "hidden") in VISIBLE
    assert isinstance(results.get("output", ""), str) and results.get("output_format", "text") in FORMATS
    assert "execution_time" not in results or type(results["execution_time"]) is int
    assert isinstance(results.get("extra_data", {}), dict)
    assert "score" in results or "tests" in results
    if "score" in results:
        assert _is_number(results["score"])
    tests = results.get("tests", [])
    for test in tests:
        known = "score max_score status name name_format number output output_format tags visibility extra_data"
        assert set(test) <= set(known.split())
        assert test.get("visibility", "visible") in VISIBLE and test.get("output_format", "text") in FORMATS
        assert isinstance(test.get("output", ""), str) and isinstance(test.get("name", ""), str)
        assert isinstance(test.get("number", ""), str) and test.get("status", "passed") in ("passed", "failed")
        assert all(_is_number(test[key]) for key in ("score", "max_score") if key in test)
        assert all(isinstance(tag, str) for tag in test.get("tags", []))
    undecided = [test for test in tests if "score" not in test]
    if undecided:
        assert "score" not in results and all("status" not in test for test in undecided)
        assert all(test["visibility"] == "after_published" for test in undecided)
    elif "score" in results and tests:
        assert math.isclose(results["score"], sum(test["score"] for test in tests), abs_tol=1e-6)


def prairielearn(content: bytes) -> dict[str, Any]:
    """PrairieLearn's documentation, externalGrading: a score between 0 and 1, or not gradable, in less than 1 MB."""
    assert len(content) < 1_000_000
    results = json.loads(content)
    assert type(results.get("gradable", True)) is bool
    if results.get("gradable", True):
        assert _is_number(results["score"]) and 0 <= results["score"] <= 1
        assert all("points" in test for test in results.get("tests", []))
    else:
        assert "score" not in results
        errors = results.get("format_errors", [])
        assert isinstance(errors, str) or errors and all(isinstance(error, str) for error in errors)
    for test in results.get("tests", []):
        assert all(isinstance(test.get(key, ""), str) for key in ("name", "description", "message", "output"))
        assert all(_is_number(test[key]) for key in ("points", "max_points") if key in test)
    return results


def prairielearn_question(info: dict[str, Any], files: set[str]) -> None:
    """PrairieLearn's documentation, externalGrading and workspaces."""
    uuid.UUID(info["uuid"])
    assert all(isinstance(info[key], str) and info[key] for key in ("title", "topic")) and info["type"] == "v3"
    assert info["gradingMethod"] == "External" and info["singleVariant"] is True
    grader, workspace = info["externalGradingOptions"], info["workspaceOptions"]
    assert grader["enabled"] is True and grader["image"] and grader["timeout"] <= 600
    assert grader["enableNetworking"] is False
    program = grader["entrypoint"][0].removeprefix("/grade/")
    assert program in files and any(
        program.startswith(f"serverFilesCourse/{one}") for one in grader["serverFilesCourse"]
    )
    assert workspace["image"] and type(workspace["port"]) is int and workspace["home"].startswith("/")
    assert workspace["gradedFiles"]


def autolab(printed: str) -> dict[str, float]:
    """Autolab's guide for lab authors: the last line is JSON with the scores. Returns them."""
    result = json.loads(printed.splitlines()[-1])
    assert set(result) <= {"scores", "scoreboard"}
    assert all(isinstance(name, str) and _is_number(score) for name, score in result["scores"].items())
    return result["scores"]


def classroom50(results: dict[str, Any], environment: dict[str, str]) -> None:
    """foundation50/classroom50, wiki, Advanced-Autograding: integers, sums that agree, the identity of the runner."""
    assert results["schema"] == "classroom50/result/v1"
    for key, name in (("classroom", "CLASSROOM"), ("assignment", "ASSIGNMENT"), ("submission", "SUBMISSION_TAG")):
        assert results[key] == environment[name]
    for key in ("commit", "release", "review"):
        assert results[key].startswith("https://")
    datetime.datetime.strptime(results["datetime"], "%Y-%m-%dT%H:%M:%SZ")
    for test in results["tests"]:
        assert isinstance(test["test-name"], str) and type(test["passed"]) is bool
        assert type(test["score"]) is type(test["max-score"]) is int and 0 <= test["score"] <= test["max-score"]
    for key in ("score", "max-score"):
        assert type(results[key]) is int and results[key] == sum(test[key] for test in results["tests"])


def _is_number(value: Any) -> bool:
    return type(value) in (int, float) and math.isfinite(value) and value >= 0
