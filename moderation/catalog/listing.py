"""The shared catalog's rows in the back-office: found by search, since they are millions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib.admin.views.main import SEARCH_VAR
from django.db.models import F, Func, IntegerField, Value
from django.http import Http404, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from unfold.decorators import display
from unfold.paginator import InfinitePaginator

from catalog import merges, openlibrary_ids
from catalog.filters import LONGEST_QUERY
from catalog.models import Merge, OpenLibraryAlias
from config.fields import path_id, read_id
from config.model_admin import ModeratedAdmin
from config.statements import rows
from moderation.merging.pages import Merging

if TYPE_CHECKING:
    from uuid import UUID

    from django.db.models import QuerySet
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

FIRST_ROWS = 50
"""How many of what hangs on a row its page shows."""
MOST_FOUND = 200


class FoundPaginator(InfinitePaginator):
    """Counts what a search found, which is little, and asks for a search otherwise."""

    @property
    def count(self) -> int:
        return len(self.object_list)


class CatalogAdmin(Merging, ModeratedAdmin):
    """Read-only, for superusers as well: rows come from Open Library and from books.

    A search is by words, by an id of Open Library, or by the row's own id; an id that was merged
    leads to the row that stays.
    """

    section = "Books"
    rank = 2
    superusers_may = frozenset({"view"})
    search_sql: ClassVar[str]
    """Gives an array of ids for the words `q`, the best first; `most` is how many are wanted."""
    list_per_page = FIRST_ROWS
    paginator = FoundPaginator
    sortable_by: ClassVar[tuple[str, ...]] = ()
    search_fields = ("id",)
    list_before_template = "moderation/catalog/search_hint.html"
    openlibrary_folder: ClassVar[str]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        shared: QuerySet[Any] = super().get_queryset(request).filter(owner_user=None)
        return shared

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Keep the order of the search; nothing is listed without one."""
        # Steps name the rows that they are about.
        if request.method == "POST" and not search_term:
            return queryset, False
        ids = self._found(search_term.strip()[:LONGEST_QUERY])
        place = (
            Func(
                Value(ids),
                F("pk"),
                function="array_position",
                output_field=IntegerField(),
                template="%(function)s(%(expressions)s)",
            )
            if ids
            else F("pk")
        )
        return queryset.filter(pk__in=ids).order_by(place), False

    def _found(self, term: str) -> list[UUID]:
        if not term:
            return []
        if row_id := read_id(term.lower()):
            return [merges.followed(row_id)]
        if known := openlibrary_ids.known(self.model, term.upper()):
            return [known.pk]
        return self.find(term)

    @display(description="Open Library")
    def key(self, row: Any) -> str:
        return row.openlibrary_id or "of a submitted book"

    def find(self, term: str) -> list[UUID]:
        found = rows(self.search_sql, {"q": term, "most": MOST_FOUND})
        return list(found[0][0] or ())[:MOST_FOUND]

    def change_view(
        self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any
    ) -> HttpResponseBase:
        """Show a row; the id of a merged one leads to the row that stays."""
        self.require(request, "view")
        row_id = path_id(object_id)
        row = self.get_queryset(request).filter(pk=row_id).first()
        stays = row_id if row else merges.followed(row_id)
        if stays != row_id:
            self.message_user(request, "It was merged: this is the one that stays.")
            return HttpResponseRedirect(self._page(stays))
        if row is None:
            raise Http404
        context = (
            self._context(request, str(row))
            | self.shown(row)
            | self._past(row)
            | {
                "row": row,
                "may_merge": self.has_merge_permission(request),
                "merge_url": self._page(row.pk, "merge_into"),
                "openlibrary_url": self._openlibrary_url(row),
                "search_var": SEARCH_VAR,
            }
        )
        return TemplateResponse(request, f"moderation/catalog/{self.kind}.html", context)

    def shown(self, row: Any) -> dict[str, Any]:
        """Give what hangs on a row, for its page's template."""
        raise NotImplementedError

    def _past(self, row: Any) -> dict[str, Any]:
        taken_in = Merge.objects.filter(kept_id=row.pk).select_related("merged_by")
        aliases = OpenLibraryAlias.objects.filter(target=row.openlibrary_id or "")
        return {"merges": taken_in[:FIRST_ROWS], "aliases": aliases[:FIRST_ROWS]}

    def _openlibrary_url(self, row: Any) -> str:
        if not row.openlibrary_id:
            return ""
        return f"https://openlibrary.org/{self.openlibrary_folder}/{row.openlibrary_id}"

    def _page(self, row_id: UUID, page: str = "change") -> str:
        return reverse(self._url_name(page), args=[row_id])
