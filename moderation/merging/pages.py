"""From two or more rows of a list to one: the pages that choose, show and merge."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError
from django.http import Http404, HttpResponseRedirect, QueryDict
from django.template.response import TemplateResponse
from django.urls import path, reverse

from catalog import merges
from catalog.models.merges import UNDO_WITHIN
from config.errors import ProblemError
from config.fields import path_id
from config.problems import as_problem
from moderation.merging import job, meanwhile
from moderation.merging.preview import previews
from moderation.merging.rules import Pair, may_stay, staying

if TYPE_CHECKING:
    from uuid import UUID

    from django.db.models import QuerySet
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

    from config.model_admin import ModeratedAdmin

    Base = ModeratedAdmin
else:
    Base = object

FEWEST_ROWS, MOST_ROWS = 2, 5
"""How many rows become one at a time: a moderator reads what becomes of each."""


class Merging(Base):
    """Mixed into the admin of authors and of works; `kind` is that of `catalog.models.Merge`."""

    kind: str
    actions = ("merge_selected",)
    list_disable_select_all = True

    def has_merge_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("catalog.change_merge"))

    def get_urls(self) -> list[Any]:
        name = f"{self.opts.app_label}_{self.opts.model_name}"
        view = self.admin_site.admin_view
        return [
            path("merge/", view(self.merge_view), name=f"{name}_merge"),
            path("<path:object_id>/merge/", view(self.choose_view), name=f"{name}_merge_into"),
            *super().get_urls(),
        ]

    @admin.action(description="Merge …", permissions=["merge"])
    def merge_selected(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponseBase:
        ids = [str(pk) for pk in queryset.values_list("pk", flat=True)[: MOST_ROWS + 1]]
        if not FEWEST_ROWS <= len(ids) <= MOST_ROWS:
            self.message_user(
                request,
                f"Select {FEWEST_ROWS} to {MOST_ROWS} {self.opts.verbose_name_plural}.",
                messages.WARNING,
            )
            return HttpResponseRedirect(request.get_full_path())
        return HttpResponseRedirect(self._merge_url(ids))

    def choose_view(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """Look for the row that one is to be merged with."""
        self._require(request)
        row = self.get_queryset(request).filter(pk=path_id(object_id)).first()
        if row is None:
            raise Http404
        query = request.GET.get("q", "").strip()
        rows, _ = self.get_search_results(request, self.get_queryset(request), query)
        found = [each for each in rows[:20] if each != row] if query else []
        context = self._context(request, f"Merge “{row}” with …") | {
            "row": row,
            "q": query,
            "found": [(each, self._merge_url([row.pk, each.pk])) for each in found],
        }
        return TemplateResponse(request, "moderation/merging/choose.html", context)

    def merge_view(self, request: HttpRequest) -> HttpResponseBase:
        """Show what would move, and merge when that is confirmed."""
        self._require(request)
        given = request.POST if request.method == "POST" else request.GET
        ids = [path_id(each) for each in given.getlist("row")][:MOST_ROWS]
        if answer := self._late(request, ids):
            return answer
        rows = self._rows(ids)
        wanted = path_id(given.get("kept", ""))
        kept = staying(rows, wanted)
        others = [row for row in rows if row != kept]
        if request.method == "POST":
            return self._merge(request, kept.pk, [row.pk for row in others])
        context = self._context(request, f"Merge {self.opts.verbose_name_plural}") | {
            "rows": rows,
            "kept": kept,
            "is_forced": len(may_stay(rows)) < len(rows),
            "days": UNDO_WITHIN.days,
            "previews": previews(self.kind, [Pair(kept, row) for row in others]),
        }
        return TemplateResponse(request, "moderation/merging/preview.html", context)

    def _merge(self, request: HttpRequest, kept: UUID, others: list[UUID]) -> HttpResponseBase:
        for number, row in enumerate(others):
            try:
                merge = job.merge(self.kind, row, kept, request.user)  # type: ignore[arg-type]
            except (ProblemError, DatabaseError) as exc:
                problem = as_problem(exc)
                if problem is None:
                    raise
                self.message_user(request, str(problem.detail), messages.WARNING)
                return HttpResponseRedirect(self._merge_url([kept, *others[number:]]))
            told = "merged" if merge.status == merge.Status.MERGED else "is being merged"
            self.message_user(request, f"“{merge.merged_name}” {told} into “{merge.kept_name}”.")
        return HttpResponseRedirect(reverse("admin:catalog_merge_change", args=[merge.pk]))

    def _late(self, request: HttpRequest, ids: list[UUID]) -> HttpResponseBase | None:
        """Lead whoever names rows that were merged meanwhile to those that stay, and say so."""
        stays = merges.stays(ids)
        if not stays:
            return None
        for story in meanwhile.stories(stays):
            self.message_user(request, story, messages.WARNING)
        left = list(dict.fromkeys(stays.get(each, each) for each in ids))
        return HttpResponseRedirect(
            self._merge_url(left)
            if len(left) >= FEWEST_ROWS
            else reverse(self._url_name("change"), args=left)
        )

    def _rows(self, ids: list[UUID]) -> list[Any]:
        found = {row.pk: row for row in self.model.objects.shared().filter(pk__in=ids)}
        rows = [found[pk] for pk in dict.fromkeys(ids) if pk in found]
        if len(rows) < FEWEST_ROWS:
            raise Http404
        return rows

    def _merge_url(self, ids: list[Any]) -> str:
        query = QueryDict(mutable=True)
        query.setlist("row", [str(pk) for pk in ids])
        return f"{reverse(self._url_name('merge'))}?{query.urlencode()}"

    def _require(self, request: HttpRequest) -> None:
        if not (self.has_view_permission(request) and self.has_merge_permission(request)):
            raise PermissionDenied

    def _context(self, request: HttpRequest, title: str) -> dict[str, Any]:
        shared: dict[str, Any] = self.admin_site.each_context(request)
        return shared | {
            "title": title,
            "opts": self.opts,
            "list_url": reverse(self._url_name("changelist")),
        }
