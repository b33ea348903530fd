"""Publishers in the back-office, with their members and what they have submitted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.contrib import admin
from django.db.models import Count, Max
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from unfold.admin import TabularInline
from unfold.contrib.filters.admin import RadioFilter
from unfold.decorators import display

from accounts import services
from accounts.back_office.standing import (
    LIFT,
    SUSPEND,
    SUSPEND_PUBLISHERS,
    CountedListing,
    standing_label,
)
from accounts.forms import MembershipForm
from accounts.models import Membership, Publisher
from config.confirmation import ask
from config.model_admin import Button, Moderated, ModeratedAdmin

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse
    from django.utils.safestring import SafeString

STATES = {"pending": ("waiting", "PENDING"), "active": ("active", "ACTIVE")}
"""By what this list calls books: the state in the list of books, and the status in the database."""


class MembershipInline(Moderated, TabularInline):
    model = Membership
    form = MembershipForm
    autocomplete_fields = ("user",)
    fields = ("user", "permissions")
    verbose_name_plural = "members"
    extra = 0
    hide_title = True

    def get_queryset(self, request: HttpRequest) -> QuerySet[Membership]:
        members: QuerySet[Membership] = super().get_queryset(request)
        return members.select_related("user", "publisher")


class SuspendedFilter(RadioFilter):
    title = "standing"
    parameter_name = "suspended"

    def lookups(self, *_args: Any) -> list[tuple[str, str]]:
        return [("yes", "Suspended"), ("no", "In good standing")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Publisher]) -> QuerySet[Publisher]:
        if self.value() not in ("yes", "no"):
            return queryset
        return queryset.filter(suspended_at__isnull=self.value() == "no")


@admin.register(Publisher)
class PublisherAdmin(ModeratedAdmin):
    """Moderators suspend; superusers make publishers and say who is a member.

    None is deleted: its books stay, and so does the name on them.
    """

    section = "People"
    icon = "domain"
    superusers_may = frozenset({"view", "add", "change"})
    actions = page_actions = ("suspend", "lift")
    list_display = ("name", "members", "pending", "active", "last_submission", "standing")
    list_filter = (SuspendedFilter,)
    list_disable_select_all = True
    search_fields = ("name",)
    fields = ("name", "standing", "books", "last_submission", "created_at")
    readonly_fields = ("standing", "books", "last_submission", "created_at")
    inlines = (MembershipInline,)

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[CountedListing]:
        return CountedListing

    def count(self, publishers: Sequence[Any]) -> None:
        """Note on each how many members and books it has, and when it last submitted one."""
        rows = Publisher.objects.filter(pk__in=[each.pk for each in publishers]).order_by()
        members = dict(rows.values_list("pk").annotate(Count("memberships")))
        books = {
            (pk, status): (count, last)
            for pk, status, count, last in rows.values_list("pk", "books__status").annotate(
                Count("books"), Max("books__created_at")
            )
        }
        for each in publishers:
            each.member_count = members.get(each.pk, 0)
            own = {status: told for (pk, status), told in books.items() if pk == each.pk}
            each.pending_count, each.active_count = (
                own.get(status, (0, None))[0] for _, status in STATES.values()
            )
            each.submitted_at = max((last for _, last in own.values() if last), default=None)

    @display(description="Members")
    def members(self, publisher: Any) -> str:
        return f"{publisher.member_count:,}"

    @display(description="Pending books")
    def pending(self, publisher: Any) -> SafeString | str:
        return _books(publisher, "pending")

    @display(description="Active books")
    def active(self, publisher: Any) -> SafeString | str:
        return _books(publisher, "active")

    @display(description="Last submission")
    def last_submission(self, publisher: Any) -> str:
        if not hasattr(publisher, "submitted_at"):
            self.count([publisher])
        return f"{publisher.submitted_at:%Y-%m-%d}" if publisher.submitted_at else "none yet"

    @display(description="Books")
    def books(self, publisher: Any) -> SafeString:
        if not hasattr(publisher, "submitted_at"):
            self.count([publisher])
        links = ((_books(publisher, name), name) for name in STATES)
        return format_html_join(", ", "{} {}", links)

    @display(description="Standing", ordering="suspended_at")
    def standing(self, publisher: Publisher) -> SafeString:
        return standing_label(suspended=publisher.is_suspended)

    def buttons(self, request: HttpRequest, obj: Publisher) -> list[Button]:
        return [LIFT if obj.is_suspended else SUSPEND]

    @admin.action(description="Suspend …")
    def suspend(self, request: HttpRequest, queryset: QuerySet[Publisher]) -> HttpResponse | None:
        if page := ask(self, request, queryset, SUSPEND_PUBLISHERS):
            return page
        self.take_step(request, queryset, services.suspend_publisher, "suspended")
        return None

    @admin.action(description="Lift the suspension")
    def lift(self, request: HttpRequest, queryset: QuerySet[Publisher]) -> None:
        self.take_step(request, queryset, services.lift_publisher, "let in again")


def _books(publisher: Any, name: str) -> SafeString | str:
    """Give the number of a publisher's books, and the way to their list."""
    query = urlencode({"publisher__id__exact": publisher.pk, "state": STATES[name][0]})
    url = f"{reverse('admin:catalog_book_changelist')}?{query}"
    count = f"{getattr(publisher, f'{name}_count'):,}"
    return format_html('<a href="{}" class="text-link">{}</a>', url, count)
