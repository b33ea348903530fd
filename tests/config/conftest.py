"""The log as it is written: JSON, one object a line."""

import io
import json
import logging.config

import pytest

from config.logs import JSON_LOGGING


@pytest.fixture
def log_text():
    """Give what has been logged since, in the project's own form, as text."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    project = logging.config.DictConfigurator(JSON_LOGGING)
    handler.setFormatter(project.configure_formatter(project.config["formatters"]["json"]))
    logging.getLogger().addHandler(handler)
    yield stream.getvalue
    logging.getLogger().removeHandler(handler)


@pytest.fixture
def log_lines(log_text):
    """Give the lines that have been logged since, read."""
    return lambda: [json.loads(line) for line in io.StringIO(log_text())]
