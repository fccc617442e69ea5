"""The real data of all rooms: what is said about each."""

from __future__ import annotations

from packaging.utils import canonicalize_name

from coursekit.topics.data_sets import every
from tests.setup.pinned import pins


def test_every_data_set_says_where_it_comes_from():
    assert {"glucose", "sea_temperature"} <= {data_set.name for data_set in every()}
    for data_set in every():
        assert data_set.title and data_set.source and data_set.licence and data_set.files
        assert all(len(sha) == 64 for sha in data_set.sha256)


def test_where_a_package_has_other_data_the_version_is_named_that_the_course_is_tested_with():
    for data_set in every():
        distribution, _, version = data_set.tried.partition("==")
        assert pins()[canonicalize_name(distribution)] == version, data_set.name
