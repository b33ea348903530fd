"""What is written to the log, and what is not."""

import json
import logging

import pytest
import structlog

from config.logs import safe_query

JWT = "eyJhbGciOiJIUzI1NiJ9.eyJ1c2VyX2lkIjoiMSJ9.c2lnbmF0dXJl"


def _written(log_lines):
    [line] = log_lines()
    return json.dumps(line)


@pytest.mark.parametrize(
    "text",
    [
        f"refused {JWT}",
        "Authorization: Bearer hunter2",
        "cannot connect to postgres://bookhub:hunter2@db.example/bookhub",
        "cannot connect to redis://:hunter2@valkey:6379/0",
        "password=hunter2 host=db.example",
        "{'password': 'hunter2', 'email': 'a@b.example'}",
        '{"refresh_token": "hunter2"}',
        "api_key=hunter2",
        "https://books.example/volumes?key=1&token=hunter2",
    ],
)
@pytest.mark.parametrize("logger", [structlog.get_logger("ours"), logging.getLogger("theirs")])
def test_a_secret_in_a_text_is_masked(log_lines, logger, text):
    logger.warning(text)
    written = _written(log_lines)
    assert "hunter2" not in written
    assert JWT not in written
    assert "[redacted]" in written


@pytest.mark.parametrize("key", ["password", "refresh_token", "Authorization", "cookies", "apiKey"])
def test_a_value_under_a_telling_key_is_masked(log_lines, key):
    structlog.get_logger().info("event", **{key: "hunter2"}, inner=[{"deep": {key: "hunter2"}}])
    assert "hunter2" not in _written(log_lines)


def test_a_secret_in_an_exception_is_masked(log_lines):
    def connect():
        raise ConnectionError("postgres://bookhub:hunter2@db.example/bookhub does not answer")

    try:
        connect()
    except ConnectionError:
        logging.getLogger("theirs").exception("no database")
    [line] = log_lines()
    assert "ConnectionError: postgres://[redacted]@db.example" in line["exception"]
    assert "hunter2" not in line["exception"]


def test_what_is_no_secret_stays(log_lines):
    structlog.get_logger().info(
        "task_started", task="accounts.tasks.purge_token_families", count=3, ok=True, nothing=None
    )
    [line] = log_lines()
    assert line["task"] == "accounts.tasks.purge_token_families"
    assert (line["count"], line["ok"], line["nothing"]) == (3, True, None)


@pytest.mark.parametrize("text", ["one\ntwo", "\ud800", "\0", "é \u2028", b"bytes", object()])
def test_anything_is_one_line(log_lines, text):
    structlog.get_logger().info("event", text=text)
    [line] = log_lines()
    assert line["text"]


def test_arguments_are_written_out(log_lines):
    logging.getLogger("theirs").info("%s of %d", "one", 2)
    [line] = log_lines()
    assert line["event"] == "one of 2"


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("q=a+b&page=2", "q=a+b&page=2"),
        ("token=x&q=", "token=[redacted]&q="),
        ("q=%ff%ED%A0%80", "q=%EF%BF%BD%EF%BF%BD%EF%BF%BD%EF%BF%BD"),
        ("q=1%0Aq=2", "q=1%0Aq%3D2"),
        ("", ""),
    ],
)
def test_query_strings(query, shown):
    assert safe_query(query) == shown


def test_an_answer_of_502_that_was_meant_is_no_line_of_its_own(log_lines):
    logger = logging.getLogger("django.request")
    logger.error("Bad Gateway: %s", "/books")
    logger.error("Internal Server Error: %s", "/books", exc_info=ValueError())
    [line] = log_lines()
    assert line["event"] == "Internal Server Error: /books"
