"""Files of books for `import_books`, the command itself, and what it made."""

import io
import json
from types import SimpleNamespace

from django.core.management import CommandError, call_command
from django.db import connection

from catalog.models import Book
from config.row_security import SYSTEM, acting_as
from tests.factories import isbn13

HEADER = "title,author,isbn,price"
MEBIBYTE = 1024 * 1024


def call(*arguments):
    out, err = io.StringIO(), io.StringIO()
    code, message = 0, ""
    try:
        call_command("import_books", *arguments, stdout=out, stderr=err)
    except CommandError as exc:
        code, message = exc.returncode, str(exc)
    return SimpleNamespace(code=code, message=message, out=out.getvalue(), err=err.getvalue())


def book(number=1, **fields):
    return {
        "title": f"Book {number}",
        "author": f"Author {number}",
        "isbn": isbn13(number),
        "price": 9.99,
    } | fields


def as_lines(*books):
    return "".join(json.dumps(one) + "\n" for one in books)


def as_csv(*rows, header=HEADER):
    return "\r\n".join([header, *rows]) + "\r\n"


def row(number=1, title=None):
    return f"{title or f'Book {number}'},Author {number},{isbn13(number)},9.99"


def loaded(**filters):
    with acting_as(SYSTEM):
        return list(Book.objects.filter(**filters).order_by("isbn13"))


def refusals(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


def row_counts():
    with acting_as(SYSTEM), connection.cursor() as cursor:
        counts = {}
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT count(*) FROM "{table}"')
            counts[table] = cursor.fetchone()[0]
        return counts
