"""A task knows which request sent it, and is run once, by our own application."""

import json
import os
import subprocess
import sys
import threading
import time

import pytest
from celery import current_app
from django.urls import path
from rest_framework.permissions import AllowAny
from rest_framework.response import Response

from accounts.tasks import purge_token_families
from config import celery
from config.api import BaseView
from config.celery import app, is_stopping, tell_children
from tests.environment import beside_this_test

QUEUES = ["interactive", "bulk", "periodic"]


class Sends(BaseView):
    authentication_classes = ()
    permission_classes = (AllowAny,)

    def post(self, _request):
        for queue in QUEUES:
            purge_token_families.apply_async(queue=queue)
        return Response(status=202)


urlpatterns = [path("sends", Sends.as_view())]


@pytest.fixture
def worker(tmp_path, db):
    """Run a real worker until the test is over; give a way to wait for lines of its log."""
    app.control.purge()
    log = tmp_path / "stderr"
    command = "-m celery --quiet --app config.celery worker --pool solo --hostname test@localhost"
    with log.open("wb") as stderr:
        process = subprocess.Popen(
            [sys.executable, "-W", "ignore", *command.split(), "--without-mingle"],
            env=beside_this_test(),
            stdout=subprocess.DEVNULL,
            stderr=stderr,
        )
    yield lambda event, count: _lines(log, event, count)
    process.terminate()
    process.wait(10)


def _lines(log, event, count):
    """Give what the log holds of the task, as soon as an event stands in it so many times.

    A worker that starts looks for lost jobs, too; that is another task.
    """
    for _ in range(300):
        lines = [json.loads(line) for line in log.read_text().splitlines() if line.endswith("}")]
        ids = {line["task_id"] for line in lines if line.get("task") == purge_token_families.name}
        lines = [line for line in lines if line.get("task_id") in ids]
        if sum(line["event"] == event for line in lines) >= count:
            return lines
        time.sleep(0.05)
    raise TimeoutError(log.read_text())


@pytest.mark.urls(__name__)
def test_a_task_logs_under_the_request_that_sent_it(api, worker):
    """Takes as long as a worker takes to start."""
    api().post("/sends", headers={"x-request-id": "the-request"})
    lines = worker("task_succeeded", len(QUEUES))
    assert {line["request_id"] for line in lines} == {"the-request"}
    assert [line["event"] for line in lines] == ["task_started", "task_succeeded"] * len(QUEUES)
    assert {line["task"] for line in lines if "task" in line} == {purge_token_families.name}


def test_every_thread_sends_through_our_application():
    seen = []
    thread = threading.Thread(target=lambda: seen.append(current_app.main))
    thread.start()
    thread.join()
    assert seen == ["bookhub"]


def test_what_beat_sends_is_known():
    app.loader.import_default_modules()
    for name, entry in app.conf.beat_schedule.items():
        assert entry["task"] in app.tasks, name
        assert entry["options"]["queue"] in QUEUES, name


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_all_processes_of_a_worker_learn_that_it_ends():
    """Signals reach the first of them alone, and jobs run in the others."""
    assert not is_stopping()
    child = os.fork()
    if child == 0:
        tell_children()
        os._exit(0)
    os.waitpid(child, 0)
    try:
        assert is_stopping()
    finally:
        celery._stopping[0] = 0
