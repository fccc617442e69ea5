"""A test that may start a program which not every machine has is found by what it names, or its fixtures do."""

from __future__ import annotations

import pytest

from tests.asking import asks
from tests.course import browsing
from tests.course.browsing import chromium


def opens_a_page():
    with chromium() as browser:
        browser.new_page()


@pytest.fixture
def page():
    return opens_a_page


@pytest.fixture
def by_another_one(page):
    return page


def test_one_that_starts_none(request):
    assert not asks(request.node)


def test_by_a_function_of_tests(request):
    assert asks(request.node) and opens_a_page


def test_by_a_module(request):
    assert asks(request.node) and browsing.chromium


def test_by_a_fixture_of_a_fixture(request, by_another_one):
    assert asks(request.node)


@pytest.mark.parametrize("name", ["page"])
def test_by_a_fixture_that_a_parameter_names(request, name):
    assert request.getfixturevalue(name) and asks(request.node)


def test_by_the_name_of_a_program(request):
    assert asks(request.node) and "bwrap"
