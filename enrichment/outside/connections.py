"""Connections that answer punctually, and the two kinds of addresses that they lead to."""

from __future__ import annotations

import io
from http.client import HTTPResponse
from typing import TYPE_CHECKING, Any

from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, exceptions
from urllib3.connection import HTTPConnection, HTTPSConnection

from enrichment.outside import sockets

if TYPE_CHECKING:
    import socket


class _PunctualResponse(HTTPResponse):
    def __init__(self, sock: socket.socket, *args: Any, **kwargs: Any) -> None:
        super().__init__(sock, *args, **kwargs)
        self.fp: Any = io.BufferedReader(sockets.PunctualIO(sock, self.fp.detach()))


class _Connection(HTTPConnection):
    """To the address that the operator has set, wherever that is."""

    response_class = _PunctualResponse
    public_only = False

    def putrequest(self, method: str, url: str, *args: Any, **kwargs: Any) -> None:
        """Send the brackets of a query as they are, which Legimi wants; urllib3 escapes them."""
        path, mark, query = url.partition("?")
        query = query.replace("%5B", "[").replace("%5D", "]")
        super().putrequest(method, path + mark + query, *args, **kwargs)

    def _new_conn(self) -> socket.socket:
        try:
            return sockets.connect(self.host, self.port, public_only=self.public_only)
        except TimeoutError as exc:
            raise exceptions.ConnectTimeoutError(self, "no address answers in time") from exc
        except OSError as exc:
            raise exceptions.NewConnectionError(self, "no address answers") from exc


class _PublicConnection(_Connection):
    public_only = True


class _Adapter(HTTPAdapter):
    """Keeps connections of a class of ours."""

    def __init__(self, plain: type[_Connection]) -> None:
        super().__init__()
        secure = type("SecureConnection", (plain, HTTPSConnection), {})
        self.poolmanager.pool_classes_by_scheme = {
            "http": type("PlainPool", (HTTPConnectionPool,), {"ConnectionCls": plain}),
            "https": type("SecurePool", (HTTPSConnectionPool,), {"ConnectionCls": secure}),
        }


OWN = _Adapter(_Connection)
ELSEWHERE = _Adapter(_PublicConnection)
"""Everywhere else an address has to be public."""
