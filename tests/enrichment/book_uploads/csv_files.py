"""Files of books for tests, small and large."""

from django.core.files.uploadedfile import SimpleUploadedFile

from tests.factories import isbn13

HEADER = "title,author,isbn,price"


def csv_of(*rows):
    return "\n".join([HEADER, *rows, ""]).encode()


def row(number, title="Book", price="9.99"):
    return f"{title} {number},A. Author,{isbn13(number)},{price}"


def file(content, name="spring.csv"):
    return SimpleUploadedFile(name, content, content_type="application/x-whatever")
