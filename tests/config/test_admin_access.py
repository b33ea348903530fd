"""Who may open what in the back-office: every address of it, for everybody.

A new model admin or page needs its lines here. A line is an address and the letters of those whom
it answers with something else than the log-in page or 403: nobody, a reader, a publisher's member,
staff without a group, a moderator, a superuser. Where GET is not answered, it is about POST.
"""

import pytest
from auditlog.models import LogEntry
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import Group
from django.db import transaction
from django.test import Client
from django.urls import URLResolver, get_resolver

from accounts.models import Event
from catalog.models import Genre, Merge
from config.ids import new_id
from config.row_security import SYSTEM, acting_as
from tests import factories
from tests.routes import readable

pytestmark = pytest.mark.django_db

PEOPLE = "NRPSMU"
TABLE = """
/                                                  SMU
accounts/event/                                    MU
accounts/event/<object_id>/change/                 MU
accounts/event/<object_id>/delete/                 -
accounts/event/<object_id>/history/                MU
accounts/event/<object_id>/step/<action>/          MU
accounts/event/add/                                -
accounts/publisher/                                MU
accounts/publisher/<object_id>/change/             MU
accounts/publisher/<object_id>/delete/             -
accounts/publisher/<object_id>/history/            MU
accounts/publisher/<object_id>/step/<action>/      MU
accounts/publisher/add/                            U
accounts/user/                                     MU
accounts/user/<id>/password/                       U
accounts/user/<object_id>/change/                  MU
accounts/user/<object_id>/delete/                  U
accounts/user/<object_id>/history/                 MU
accounts/user/<object_id>/step/<action>/           MU
accounts/user/add/                                 U
auditlog/logentry/                                 MU
auditlog/logentry/<object_id>/change/              MU
auditlog/logentry/<object_id>/delete/              -
auditlog/logentry/<object_id>/history/             MU
auditlog/logentry/<object_id>/step/<action>/       MU
auditlog/logentry/add/                             -
auditlog/logentry/export/                          MU
auth/group/                                        U
auth/group/<object_id>/change/                     U
auth/group/<object_id>/delete/                     U
auth/group/<object_id>/history/                    U
auth/group/<object_id>/step/<action>/              U
auth/group/add/                                    U
autocomplete/                                      -
book-steps/<token>/                                MU
book-steps/jobs/<job_id>/                          MU
catalog/author/                                    MU
catalog/author/<object_id>/change/                 MU
catalog/author/<object_id>/delete/                 -
catalog/author/<object_id>/history/                MU
catalog/author/<object_id>/merge/                  MU
catalog/author/<object_id>/step/<action>/          MU
catalog/author/add/                                -
catalog/author/merge/                              MU
catalog/book/                                      MU
catalog/book/<object_id>/as-edition/               MU
catalog/book/<object_id>/ask/                      MU
catalog/book/<object_id>/change/                   MU
catalog/book/<object_id>/comments/<comment_id>/delete/ MU
catalog/book/<object_id>/comparison/               MU
catalog/book/<object_id>/delete/                   -
catalog/book/<object_id>/history/                  MU
catalog/book/<object_id>/send-back/                MU
catalog/book/<object_id>/step/<action>/            MU
catalog/book/<object_id>/take/                     MU
catalog/book/add/                                  -
catalog/genre/                                     MU
catalog/genre/<object_id>/change/                  MU
catalog/genre/<object_id>/delete/                  U
catalog/genre/<object_id>/history/                 MU
catalog/genre/<object_id>/step/<action>/           MU
catalog/genre/add/                                 U
catalog/merge/                                     MU
catalog/merge/<object_id>/change/                  MU
catalog/merge/<object_id>/delete/                  -
catalog/merge/<object_id>/history/                 MU
catalog/merge/<object_id>/step/<action>/           MU
catalog/merge/add/                                 -
catalog/work/                                      MU
catalog/work/<object_id>/change/                   MU
catalog/work/<object_id>/delete/                   -
catalog/work/<object_id>/history/                  MU
catalog/work/<object_id>/merge/                    MU
catalog/work/<object_id>/step/<action>/            MU
catalog/work/add/                                  -
catalog/work/merge/                                MU
enrichment/dumpload/                               MU
enrichment/dumpload/<object_id>/change/            MU
enrichment/dumpload/<object_id>/delete/            -
enrichment/dumpload/<object_id>/history/           MU
enrichment/dumpload/<object_id>/step/<action>/     MU
enrichment/dumpload/add/                           -
enrichment/job/                                    MU
enrichment/job/<object_id>/change/                 MU
enrichment/job/<object_id>/delete/                 -
enrichment/job/<object_id>/history/                MU
enrichment/job/<object_id>/step/<action>/          MU
enrichment/job/add/                                -
import-books/                                      MU
import-books/<upload_id>/                          MU
import-books/jobs/<job_id>/                        MU
import-books/jobs/<job_id>/refused/                MU
jsi18n/                                            SMU
log-in-code/                                       NRPSMU
login/                                             NRP
password_change/                                   SMU
password_change/done/                              SMU
search/                                            SMU
second-factor/                                     SMU
second-factor/begin/                               SMU
second-factor/confirm/                             SMU
second-factor/take-off/                            SMU
sources/                                           MU
sources/<name>/ask-again/                          U
"""


def addresses():
    """Give every address under /admin/, with its arguments as `<name>`; redirects are left out."""

    def walk(resolver, prefix):
        for pattern in resolver.url_patterns:
            path = prefix + readable(str(pattern.pattern)).replace("$", "").removeprefix("^")
            if isinstance(pattern, URLResolver):
                yield from walk(pattern, path)
            # Redirects, a list of an app's models, the page for what there is not; the end of it all.
            elif not path.endswith("/<object_id>/") and "(?P" not in path and path != "logout/":
                yield path

    (back_office,) = (each for each in get_resolver().url_patterns if str(each.pattern) == "admin/")
    return sorted(set(walk(back_office, "")))


@pytest.fixture
def clients(reader, member, moderator):
    people = [None, reader, member]
    people += [factories.UserFactory(is_staff=True, moderates=False), moderator]
    people += [factories.UserFactory(is_staff=True, is_superuser=True)]
    found = {}
    for letter, user in zip(PEOPLE, people, strict=True):
        found[letter] = Client()
        if user:
            found[letter].force_login(user)
    return found


@pytest.fixture
def keys(reader, member):
    """A row of each model by the beginning of its addresses, so that no address is a 404."""
    with acting_as(SYSTEM):
        made = [
            Event.objects.emit("sign_up", reader),
            Group.objects.first(),
            Genre.objects.create(name="Poetry"),
            factories.BookFactory(publisher=member.membership.publisher),
            factories.JobFactory(status="failed", error="x", finished_at="2026-01-01T00:00Z"),
            factories.DumpLoadFactory(),
            factories.AuthorFactory(),
            factories.WorkFactory(),
            _merge(*factories.WorkFactory.create_batch(2)),
            LogEntry.objects.filter(content_type__model="publisher").first(),
            member.membership.publisher,
            reader,
        ]
    return {f"{row._meta.app_label}/{row._meta.model_name}": str(row.pk) for row in made}


def _merge(kept, merged):
    ids = {"merged_id": merged.pk, "kept_id": kept.pk}
    return Merge.objects.create(kind="work", row={}, kept_before={}, **ids)


def filled(address, keys):
    """Put a row's key, or one that nothing has, where an argument stands."""
    key = next((key for begin, key in keys.items() if address.startswith(begin)), str(new_id()))
    if "<action>" in address:
        begin, _, _ = address.partition("/<")
        model = apps.get_model(begin.replace("/", "."))
        steps = admin.site.get_model_admin(model).page_actions
        address = address.replace("<action>", next(iter(steps), "none"))
    path = "".join(
        part.partition(">")[2].join((key, "")) if number else part
        for number, part in enumerate(address.split("<"))
    )
    return f"/admin/{path}"


def is_let_in(client, path):
    """Ask, and take back what came of it."""
    with transaction.atomic():
        answer = client.get(path)
        if answer.status_code == 405:
            answer = client.post(path, {"confirmed": "yes"})
        transaction.set_rollback(True)
    assert answer.status_code < 500, path
    # Django leads to the first page whoever asks for a row that they do not see.
    leads_away = answer.headers.get("Location", "").startswith(("/admin/login/", "/admin/?"))
    leads_home = answer.headers.get("Location") == "/admin/" and path != "/admin/log-in-code/"
    return not (answer.status_code == 403 or leads_away or leads_home)


def test_every_address_is_for_whom_the_table_says(clients, keys):
    lines = [
        f"{address or '/':50} {letters}"
        for address in addresses()
        if (path := filled(address, keys))
        and (letters := "".join(w for w, c in clients.items() if is_let_in(c, path)) or "-")
    ]
    assert "\n".join(lines) == TABLE.strip()
