"""Multipart bodies: whole ones with one file, and nothing else."""

from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile, TemporaryUploadedFile
from django.test import RequestFactory
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from rest_framework.request import Request

from config.errors import InvalidError, MalformedRequestError
from enrichment.uploads.views import FileParser, UploadView


def parsed(body, kind=MULTIPART_CONTENT, length=None):
    plain = RequestFactory().generic(
        "POST", "/", b"", kind, CONTENT_LENGTH=str(length or len(body))
    )
    return FileParser().parse(BytesIO(body), kind, {"request": Request(plain)})


def body_of(**fields):
    return encode_multipart(BOUNDARY, fields)


def file(content=b"title", name="books.csv"):
    return SimpleUploadedFile(name, content)


def test_a_small_file_is_on_disk_too():
    given = parsed(body_of(file=file(), format="csv"))
    assert given.data["format"] == "csv"
    with given.files["file"] as taken:
        assert isinstance(taken, TemporaryUploadedFile)
        assert taken.fileno()
        assert taken.read() == b"title"


@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/passwd", "C:\\etc\\passwd"])
def test_a_name_is_no_path(name):
    with parsed(body_of(file=file(name=name))).files["file"] as taken:
        assert taken.name == "passwd"


def test_one_that_breaks_off():
    whole = body_of(file=file(b"x" * 100_000))
    for cut in (50_000, len(whole) - 1):
        with pytest.raises(MalformedRequestError, match="broke off"):
            parsed(whole[:cut], length=len(whole))


@pytest.mark.parametrize(
    ("body", "kind"),
    [(b"x", "multipart/form-data"), (b"x", "multipart/form-data; boundary=" + "x" * 300)],
)
def test_one_that_is_none(body, kind):
    with pytest.raises(MalformedRequestError, match="multipart"):
        parsed(body, kind)


@pytest.mark.parametrize(
    ("fields", "field"),
    [({"file": [file(), file()]}, "file"), ({"format": "c\0sv"}, "format")],
)
def test_a_field_that_cannot_be_taken(fields, field):
    with pytest.raises(InvalidError) as refusal:
        parsed(body_of(**fields))
    assert refusal.value.details[0]["field"] == field


def test_the_files_are_let_go_of_after_a_bug_too():
    class Broken(UploadView):
        authentication_classes = permission_classes = ()

        def post(self, request):
            taken.append(request.data["file"])
            raise ZeroDivisionError

    taken = []
    request = RequestFactory().post("/", {"file": [file()]})
    with pytest.raises(ZeroDivisionError):
        Broken.as_view()(request)
    assert taken[0].closed
