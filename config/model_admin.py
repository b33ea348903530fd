"""What the back-office's pages share: who may do what, steps on rows, filters, shown changes.

Django's permissions decide what somebody may do; moderators have those of the group Moderators
(`accounts.moderators`). What nobody may do at all, each class says itself (`superusers_may`).
"""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from django.contrib import messages
from django.contrib.admin import ShowFacets
from django.contrib.admin.utils import unquote
from django.contrib.auth import get_permission_codename
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DatabaseError, transaction
from django.db.models import Count, OuterRef, Subquery
from django.db.models.constants import LOOKUP_SEP
from django.db.models.functions import Coalesce
from django.http import Http404, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.text import Truncator
from django.views.decorators.http import require_POST
from unfold.admin import ModelAdmin
from unfold.contrib.filters.admin import RangeDateFilter
from unfold.utils import display_for_label, parse_date_str
from unfold.views import ChangeList

from config.errors import ProblemError
from config.problems import as_problem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from django.db.models import Model, QuerySet
    from django.http import HttpRequest, HttpResponse
    from django.http.response import HttpResponseBase
    from django.utils.safestring import SafeString

REFUSALS_NAMED = 10
LONGEST_NAME = 80


class Moderated:
    """Who may do what: whoever has Django's permission for it, on the rows of `model`.

    Mixed into model admins and inlines before unfold's, and into pages, which name a model as well.
    Django reads somebody's permissions once a request, with two queries.
    """

    model: Any
    superusers_may: ClassVar[frozenset[str]] = frozenset({"view", "add", "change", "delete"})
    """The most that anybody may, whatever their permissions: superusers have them all."""

    def _may(self, request: HttpRequest, verb: str) -> bool:
        permission = get_permission_codename(verb, self.model._meta)  # noqa: SLF001  (documented)
        label = self.model._meta.app_label  # noqa: SLF001
        return verb in self.superusers_may and request.user.has_perm(f"{label}.{permission}")

    def require(self, request: HttpRequest, verb: str) -> None:
        """Raise PermissionDenied unless somebody may: for views that are not Django's."""
        if not self._may(request, verb):
            raise PermissionDenied

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self._may(request, "view")

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request, "view")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request, "add")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request, "change")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request, "delete")


class Button(NamedTuple):
    """A step that a row's page offers: one of `page_actions`."""

    action: str
    label: str
    variant: str = "default"


class Listing(ChangeList):
    """A list without unfold's offer to show all rows, which would lead to the default filters.

    Its title, which tabs and histories of browsers show, names what is listed.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.title = str(self.opts.verbose_name_plural).capitalize()

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        self.full_result_count = self.result_count


def _columns(opts: Any) -> set[str]:
    fields = opts.get_fields()
    return {
        name for field in fields for name in (field.name, getattr(field, "attname", field.name))
    }


def _narrows(filter_item: Any) -> str:
    """Name the column, or the parameter, of one entry of `list_filter`."""
    if isinstance(filter_item, type):
        return str(getattr(filter_item, "parameter_name", ""))
    return filter_item if isinstance(filter_item, str) else str(filter_item[0])


class ModeratedAdmin(Moderated, ModelAdmin):
    """The base of all model admins. Whoever may view a row may take its steps."""

    section: ClassVar[str]
    """The heading in the side bar: one of `config.admin.SECTIONS`."""
    icon: ClassVar[str]
    """A name out of Material Symbols."""
    rank: ClassVar[int] = 1
    """Where among the heading's entries; those of one rank stand in the order of the apps."""
    page_actions: ClassVar[tuple[str, ...]] = ()
    """The actions of the list that a row's own page offers as well, by `buttons`."""

    list_per_page = 50
    show_full_result_count = False
    show_facets = ShowFacets.NEVER
    list_filter_submit = True
    warn_unsaved_form = True

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[Listing]:
        return Listing

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        """Let an address narrow a list by its filters alone.

        Django takes any column; by one that no page shows, a row would tell what stands in it.
        """
        column = lookup.partition(LOOKUP_SEP)[0]
        is_shown = column not in _columns(self.opts) or column in map(_narrows, self.list_filter)
        return is_shown and bool(super().lookup_allowed(lookup, value, request))

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Leave out, where a row is added, what it has only once it is there."""
        shown = super().get_fields(request, obj)
        if obj is not None:
            return shown
        unasked = self.get_readonly_fields(request, obj)
        return [name for name in shown if name not in unasked]

    def sidebar_links(self, request: HttpRequest) -> list[dict[str, Any]]:
        """Give the side bar's entries: title, link, and maybe badge, active (of unfold)."""
        link = reverse(self._url_name("changelist"))
        title = str(self.opts.verbose_name_plural).capitalize()
        return [{"title": title, "link": link, "active": request.path.startswith(link)}]

    def buttons(self, request: HttpRequest, obj: Any) -> list[Button]:
        return []

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        obj = context["original"]
        context["buttons"] = [
            (button, reverse(self._url_name("step"), args=[obj.pk, button.action]))
            for button in (self.buttons(request, obj) if obj else [])
        ]
        response: HttpResponse = super().render_change_form(request, context, *args, **kwargs)
        return response

    def get_urls(self) -> list[Any]:
        step = self.admin_site.admin_view(require_POST(self.step_view))
        name = self._url_name("step").removeprefix(f"{self.admin_site.name}:")
        return [path("<path:object_id>/step/<slug:action>/", step, name=name), *super().get_urls()]

    def step_view(self, request: HttpRequest, object_id: str, action: str) -> HttpResponseBase:
        """Run one of the list's actions on one row, and come back to its page."""
        self.require(request, "view")
        obj = self.get_object(request, unquote(object_id))
        if obj is None or action not in self.page_actions:
            raise Http404
        if not self.has_view_permission(request, obj):
            raise PermissionDenied
        answer: HttpResponseBase | None = getattr(self, action)(
            request, self.get_queryset(request).filter(pk=obj.pk)
        )
        return answer or HttpResponseRedirect(reverse(self._url_name("change"), args=[obj.pk]))

    def take_step(
        self, request: HttpRequest, rows: QuerySet[Any], act: Callable[[Any], object], done: str
    ) -> None:
        """Run `act` on each row, on a savepoint of its own.

        Tells the moderator how many are done, and which are not and why.
        """
        refusals = [(row, why) for row in rows if (why := why_not(act, row))]
        if count := len(rows) - len(refusals):
            noun = self.opts.verbose_name if count == 1 else self.opts.verbose_name_plural
            self.message_user(request, f"{count} {noun} {done}.", messages.SUCCESS)
        if refusals:
            self.message_user(request, _listed(refusals, done), messages.WARNING)

    def _url_name(self, page: str) -> str:
        return f"{self.admin_site.name}:{self.opts.app_label}_{self.opts.model_name}_{page}"


def why_not(act: Callable[[Any], object], row: Model) -> str:
    """Give the reason for which the step was refused; empty when it was taken."""
    try:
        with transaction.atomic():
            act(row)
    # A deadlock with another moderator is among them; the savepoint lets go of its locks.
    except (ProblemError, ValidationError, DatabaseError) as exc:
        problem = as_problem(exc)
        if problem is None:
            raise
        return str(problem.detail)
    return ""


def _listed(refusals: Iterable[tuple[Model, str]], done: str) -> SafeString:
    refusals = list(refusals)
    rows = [(shortened(row), why) for row, why in refusals[:REFUSALS_NAMED]]
    more = len(refusals) - len(rows)
    return format_html(
        "{} not {}: {}{}",
        len(refusals),
        done,
        format_html_join(" ", "“{}”: {}", rows),
        f" And {more} more." if more else "",
    )


def shortened(value: Any, length: int = LONGEST_NAME) -> str:
    return Truncator(str(value)).chars(length)


def counted(rows: QuerySet[Any], relation: str, **only: Any) -> Coalesce:
    """Count related rows in a sub-select, so that several counts do not multiply each other."""
    same = rows.filter(pk=OuterRef("pk"), **only).order_by().values("pk")
    return Coalesce(Subquery(same.annotate(count=Count(relation)).values("count")), 0)


def labelled(text: str, colours: dict[str, str]) -> SafeString:
    """Show a state in its colour, in lists and on pages alike."""
    html: SafeString = display_for_label(text, "", colours)
    return html


class DayRangeFilter(RangeDateFilter):
    """From one day to another, which is included (unfold's own ends as that day begins)."""

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if first := self._day("from"):
            begin = datetime.combine(first, time.min, tzinfo=UTC)
            queryset = queryset.filter(**{f"{self.field_path}__gte": begin})
        if last := self._day("to"):
            end = datetime.combine(last, time.max, tzinfo=UTC)
            queryset = queryset.filter(**{f"{self.field_path}__lte": end})
        return queryset

    def _day(self, end: str) -> Any:
        return parse_date_str(self.used_parameters.get(f"{self.field_path}_{end}"))


class Change(NamedTuple):
    """A field of an audit entry; of a relation, the names that went or came."""

    field: str
    old: str
    new: str


def changes_of(entry: Any) -> list[Change]:
    """Read what an entry of django-auditlog says, field by field."""
    changes = [_change(*item) for item in sorted((entry.changes_dict or {}).items())]
    return [change for change in changes if change.old or change.new]


def _change(name: str, change: Any) -> Change:
    field = name.replace("_", " ")
    if isinstance(change, dict):
        names = ", ".join(change["objects"])
        return Change(field, *(("", names) if change["operation"] == "add" else (names, "")))
    return Change(field, *map(_plain, change))


def _plain(value: Any) -> str:
    """Leave out what django-auditlog writes for nothing, and for the rows of a relation."""
    text = str(value)
    return "" if text in ("None", "[]") or text.endswith(".None") else text
