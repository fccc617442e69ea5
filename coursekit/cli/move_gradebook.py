"""Copy a course's gradebook to a PostgreSQL server, so that several people and machines can grade at once.

URL names an empty database, as SQLAlchemy writes it; a password belongs into ~/.pgpass. Every row is copied, read again
and compared, in one transaction: if anything is in the way, nothing is moved. The old gradebook is only read, and stays
as a backup. Afterwards put the line that is printed at the end of nbgrader_config.py.

  createdb rnn
  coursekit move-gradebook postgresql+psycopg://teacher@localhost/rnn
"""

from __future__ import annotations

import argparse

from coursekit.cli.arguments import add_course

SUMMARY = "copy the gradebook to a PostgreSQL server"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("url", metavar="URL", help="an empty database: postgresql+psycopg://user@host/database")
    add_course(parser)


def run(arguments: argparse.Namespace) -> int:
    from sqlalchemy.engine import make_url

    from coursekit.grading.gradebook.moving import VERSION, move
    from coursekit.grading.submission.course import Course

    rows = move(Course(arguments.course), arguments.url)
    width = max(map(len, rows))
    for table, number in rows.items():
        if table != VERSION.name:
            print(f"{table:<{width}}  {number:>7}")
    print(f"{sum(rows.values()) - rows[VERSION.name]} rows are in both databases, and equal.")
    print("From now on the new one counts once this is the last line of nbgrader_config.py:")
    print(f'c.CourseDirectory.db_url = "{make_url(arguments.url).render_as_string()}"')
    return 0
