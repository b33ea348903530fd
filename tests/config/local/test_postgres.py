"""The embedded PostgreSQL: its owner, its extensions, its address."""

from pathlib import Path

import environ
import pytest
from psycopg.conninfo import conninfo_to_dict

from config.local import postgres, servers
from tests.config.local.processes import query


def test_database_has_an_owner_without_special_rights_and_the_extensions(folder):
    with servers.running(folder) as urls:
        [facts] = query(
            urls.database_url,
            """SELECT current_user, rolsuper, rolbypassrls, rolcreatedb, rolcreaterole,
                      pg_get_userbyid(datdba), datlocprovider::text, datlocale,
                      pg_encoding_to_char(encoding), current_setting('fsync')
               FROM pg_roles, pg_database
               WHERE rolname = current_user AND datname = current_database()""",
        )
        query(urls.database_url, "CREATE DATABASE copied")
        copied = urls.database_url.replace("/bookhub?", "/copied?")
        extensions = {name for (name,) in query(copied, "SELECT extname FROM pg_extension")}
    assert facts == (
        *("bookhub", False, False, True, True),
        *("bookhub", "b", "C.UTF-8", "UTF8", "on"),
    )
    assert extensions >= set(postgres.EXTENSIONS)


@pytest.mark.parametrize("path", ["/var/lib/bookhub", "/srv/a b/100%/ü+&x=1"])
def test_url_means_the_same_to_django_and_to_libpq(path):
    url = postgres.url(Path(path))
    parsed = environ.Env.db_url_config(url)
    assert (parsed["USER"], parsed["NAME"], parsed["PORT"]) == ("bookhub", "bookhub", 5432)
    assert parsed["OPTIONS"]["host"] == path
    libpq = conninfo_to_dict(url)
    assert (libpq["user"], libpq["dbname"], libpq["port"]) == ("bookhub", "bookhub", "5432")
    assert libpq["host"] == path
