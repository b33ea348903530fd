"""What every call that brings a file stands on: its parser, and what it is told when it is none."""

from __future__ import annotations

from contextlib import ExitStack
from typing import IO, TYPE_CHECKING, Any, cast

from django.core.files.uploadhandler import TemporaryFileUploadHandler
from rest_framework import exceptions
from rest_framework.parsers import DataAndFiles, MultiPartParser

from config.api import BaseView
from config.bodies import refuse_unstorable
from config.errors import InvalidError, MalformedRequestError, UnsupportedMediaTypeError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rest_framework.request import Request
    from rest_framework.response import Response


class FileParser(MultiPartParser):
    """Multipart bodies, their files on disk whatever their size, and one of each name.

    Raises MalformedRequestError for a body that is none or breaks off, and InvalidError naming a
    field that is given several files or a text that no database takes.
    """

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> DataAndFiles[Any, Any]:
        request = (parser_context or {})["request"]
        handler = TemporaryFileUploadHandler(request)
        request.upload_handlers = [handler]
        counted = _Counted(stream)
        try:
            parsed = super().parse(cast("IO[Any]", counted), media_type, parser_context)
        except Exception as exc:
            handler.upload_interrupted()
            if isinstance(exc, exceptions.ParseError):
                raise MalformedRequestError("The body is not valid multipart/form-data.") from exc
            raise
        with ExitStack() as unless_good:
            for _, files in parsed.files.lists():
                for file in files:
                    unless_good.callback(file.close)
            # Django takes what came of a file for the whole of it.
            if counted.size < int(request.META.get("CONTENT_LENGTH") or 0):
                raise MalformedRequestError("The body broke off.")
            _refuse_odd(parsed)
            unless_good.pop_all()
        return parsed


def _refuse_odd(parsed: DataAndFiles[Any, Any]) -> None:
    refuse_unstorable({name: "".join(texts) for name, texts in parsed.data.lists()})
    for name, files in parsed.files.lists():
        if len(files) > 1:
            raise InvalidError.of(name, "Send one file at a time.")


class _Counted:
    """A stream that knows how much of it has been read."""

    def __init__(self, stream: IO[Any]) -> None:
        self._stream = stream
        self.size = 0

    def read(self, size: int) -> bytes:
        piece: bytes = self._stream.read(size)
        self.size += len(piece)
        return piece


class UploadView(BaseView):
    """A view whose POST brings a file, as a field of a multipart body.

    The body is read when the caller is known and before any transaction, so a slow sender holds
    none open; what the handler does in the database, it does `acting_as(actor_of(request))`.
    """

    parser_classes = (FileParser,)
    opens_transaction = False

    def handle_exception(self, exc: Exception) -> Response:
        """Let go of the files after a bug, too."""
        self.request.close()
        if isinstance(exc, exceptions.UnsupportedMediaType):
            exc = UnsupportedMediaTypeError("Send the file in a body of multipart/form-data.")
        return super().handle_exception(exc)

    def finalize_response(
        self, request: Request, response: Response, *args: Any, **kwargs: Any
    ) -> Response:
        """Let go of the files now, not when the answer has been read."""
        self.request.close()
        return super().finalize_response(request, response, *args, **kwargs)
