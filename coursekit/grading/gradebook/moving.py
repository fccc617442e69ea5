"""A gradebook copied to a PostgreSQL server: every row, in one transaction, or nothing."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from nbgrader.api import Base, get_alembic_version
from sqlalchemy import Column, Connection, Engine, MetaData, String, Table, create_engine, insert, inspect, select
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from coursekit.grading.gradebook.book import cause
from coursekit.grading.gradebook.lock import alone_in, alone_on
from coursekit.grading.gradebook.places import RESULTS
from coursekit.grading.submission.course import Course, CourseError

VERSION = Table("alembic_version", MetaData(), Column("version_num", String(32), nullable=False))
"""nbgrader's note of the form of its tables."""

_UNCHANGED = "Nothing was moved, and both databases are as they were"


def move(course: Course, url: str) -> dict[str, int]:
    """Copy the course's gradebook into an empty PostgreSQL database. Returns the number of rows, by table.

    url: SQLAlchemy's, such as postgresql+psycopg://user@host/database.

    The old gradebook is only read. Before anything is made to last, what was written is read again and compared row by
    row. Raises CourseError, and leaves both as they were, if anything is in the way.
    """
    old_url, new_url = make_url(course.db_url), _postgresql(url)
    if old_url.get_backend_name() == "sqlite" and not Path(old_url.database or "").is_file():
        raise CourseError(f"there is no gradebook yet at {old_url.database}, so there is nothing to move.")
    with (
        alone_in(course.root / RESULTS),
        _engine(old_url) as old,
        _engine(new_url) as new,
        _told("the old gradebook cannot be read"),
        alone_on(old, course.directory.course_id),
        old.connect() as source,
    ):
        _hold(source)
        with _told("the new database cannot be used"), new.begin() as copy:
            if inspect(copy).get_table_names():
                raise CourseError(f"the new database holds tables already: name an empty one. {_UNCHANGED}.")
            Base.metadata.create_all(copy)
            VERSION.create(copy)
            return {table.name: _copy(table, source, copy) for table in (*Base.metadata.sorted_tables, VERSION)}


def _postgresql(text: str) -> URL:
    try:
        url = make_url(text)
    except ArgumentError:
        url = None
    if url is None or url.get_backend_name() != "postgresql" or not url.database:
        raise CourseError("a gradebook is moved to PostgreSQL: write postgresql+psycopg://user@host/database.")
    return url


@contextlib.contextmanager
def _engine(url: URL) -> Iterator[Engine]:
    engine = create_engine(url)
    try:
        yield engine
    finally:
        engine.dispose()


@contextlib.contextmanager
def _told(what: str) -> Iterator[None]:
    """CourseError in place of what a database says."""
    try:
        yield
    except CourseError:
        raise
    except (SQLAlchemyError, ValueError, TypeError) as error:  # SQLite keeps a text where a number or a time belongs
        raise CourseError(f"{what}: {cause(error)}. {_UNCHANGED}.") from None


def _hold(source: Connection) -> None:
    """From here on the connection sees one state of the old gradebook, which has to be one of today's nbgrader."""
    if source.dialect.name == "sqlite":
        source.exec_driver_sql("BEGIN")  # Python's driver would begin a transaction for writers only
    else:
        source.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
    there = inspect(source).has_table(VERSION.name)
    if not there or source.scalar(select(VERSION.c.version_num)) != get_alembic_version():
        raise CourseError(
            f"another version of nbgrader has made this gradebook: run `nbgrader db upgrade`. {_UNCHANGED}."
        )


def _copy(table: Table, source: Connection, copy: Connection) -> int:
    """Copy one table and read it again. Returns the number of its rows."""
    with _told(f"the old gradebook's table {table.name} cannot be read"):
        rows = source.execute(select(table)).all()
    with _told(f"the new database refuses a row of the table {table.name}"):
        if rows:
            copy.execute(insert(table), [row._asdict() for row in rows])
        written = copy.execute(select(table)).all()
    if len(written) != len(rows) or Counter(map(tuple, written)) != Counter(map(tuple, rows)):
        raise CourseError(f"the table {table.name} does not come back as it was written. {_UNCHANGED}.")
    return len(rows)
