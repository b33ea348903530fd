"""A file of books in the back-office: choose it, look at it, have it imported, follow that."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import urlencode

from django.contrib import admin, messages
from django.http import Http404, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse

from config.admin import register_page
from config.errors import NotFoundError, ProblemError
from config.fields import path_id
from config.middleware import BOOKS_FILE_LIMIT
from config.model_admin import Moderated, shortened
from enrichment import uploads
from enrichment.book_files.rows import FileError
from enrichment.book_import import Result
from enrichment.book_uploads import KIND, Order, beginnings, refusals, start
from enrichment.book_uploads.forms import NAMES, FileForm, OptionsForm
from enrichment.book_uploads.job import counts_of
from enrichment.book_uploads.preview import MOST_TRIED, cells, preview
from enrichment.models import Job, Upload

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.contrib.admin import AdminSite
    from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
    from django.urls import URLPattern

    from enrichment.book_files.rows import Detail
    from enrichment.book_uploads.beginnings import Beginning
    from enrichment.book_uploads.preview import Preview

LATEST = 10
LOOK_AGAIN = "3"
"""Seconds after which the page of an import that is not over looks again."""
SHOWN = ("title", "author", "isbn", "price", "language", "publishedDate")


class BookImportPages(Moderated):
    """Whoever may add uploads imports for any publisher in good standing, and sees all imports."""

    section: ClassVar[str] = "Books"
    icon: ClassVar[str] = "upload_file"
    rank: ClassVar[int] = 1
    model = Upload
    superusers_may = frozenset({"view", "add"})

    def urls(self, site: AdminSite) -> list[URLPattern]:
        view = site.admin_view
        return [
            path("import-books/", view(self.choose), name="import_books"),
            path("import-books/<str:upload_id>/", view(self.preview), name="preview_books"),
            path("import-books/jobs/<str:job_id>/", view(self.follow), name="follow_books"),
            path(
                "import-books/jobs/<str:job_id>/refused/",
                view(self.download),
                name="refused_books",
            ),
        ]

    def sidebar_links(self, request: HttpRequest) -> list[dict[str, Any]]:
        link = reverse("admin:import_books")
        active = request.path.startswith(link)
        return [{"title": "Import a file", "link": link, "active": active}]

    def choose(self, request: HttpRequest) -> HttpResponse:
        self.require(request, "add")
        form = FileForm(request.POST or None, request.FILES or None)
        if request.method == "POST" and form.is_valid():
            file = form.cleaned_data["file"]
            upload_id = uploads.keep(
                file, name=file.name, user_id=request.user.pk, limit=BOOKS_FILE_LIMIT
            )
            chosen = {
                name: form.data[name] for name in OptionsForm.base_fields if name in form.data
            }
            link = reverse("admin:preview_books", args=[upload_id])
            return HttpResponseRedirect(f"{link}?{urlencode(chosen)}")
        latest = Job.objects.filter(user=request.user.pk, kind=KIND)[:LATEST]
        return _page(request, "choose", title="Import a file", form=form, latest=latest)

    def preview(self, request: HttpRequest, upload_id: str) -> HttpResponse:
        """Show what would become of a file of one's own; a POST has it imported."""
        self.require(request, "add")
        upload = Upload.objects.filter(pk=path_id(upload_id), user=request.user.pk).first()
        if upload is None:
            raise Http404
        options = OptionsForm(request.GET)
        if not options.is_valid():
            messages.error(request, "This publisher cannot be chosen any more. Choose again.")
            return HttpResponseRedirect(reverse("admin:import_books"))
        title = f"Import {shortened(upload.name)}"
        context: dict[str, Any] = {"title": title, "options": options.cleaned_data}
        try:
            begins = _beginning(upload, options.cleaned_data["format"])
            if request.method == "POST":
                return _started(request, upload, begins.format, options.cleaned_data)
        except (FileError, ProblemError) as exc:
            return _page(request, "preview", problem=str(exc), **context)
        chosen = options.cleaned_data
        tried = preview(begins, chosen["publisher"], finalize=chosen["finalize"])
        context["format"] = NAMES[begins.format]
        return _page(request, "preview", begins=begins, **_told(tried), **context)

    def follow(self, request: HttpRequest, job_id: str) -> HttpResponse:
        """Show how far an import is, again and again until it is over, and what became of it."""
        self.require(request, "view")
        job = _job(job_id)
        told = job.result or job.state.get("tally", {})
        page = _page(
            request,
            "follow",
            title="Import of a file",
            job=job,
            counts=_counted(told.get("counts", {})),
            refused=_table(("Line", "Reason"), _reasons(told.get("refused", []))),
            has_file=bool(job.state.get("tally", {}).get("refusals")),
            told=told,
        )
        if job.finished_at is None:
            page["Refresh"] = LOOK_AGAIN
        return page

    def download(self, request: HttpRequest, job_id: str) -> StreamingHttpResponse:
        self.require(request, "view")
        try:
            return refusals.download(_job(job_id))
        except NotFoundError as exc:
            raise Http404 from exc


def _page(request: HttpRequest, name: str, **context: Any) -> HttpResponse:
    context |= admin.site.each_context(request)
    return TemplateResponse(request, f"admin/enrichment/book_import/{name}.html", context)


def _beginning(upload: Upload, format_name: str) -> Beginning:
    with uploads.opened(upload.pk) as file:
        return beginnings.read(
            file,
            size=beginnings.FOR_A_PREVIEW,
            name=upload.name,
            format_name=format_name or None,
            most=MOST_TRIED,
        )


def _started(
    request: HttpRequest, upload: Upload, format_name: str, chosen: dict[str, Any]
) -> HttpResponse:
    order = Order(upload.pk, chosen["publisher"].pk, format_name, chosen["finalize"])
    job_id = start(order, user_id=request.user.pk)
    return HttpResponseRedirect(reverse("admin:follow_books", args=[job_id]))


def _job(job_id: str) -> Job:
    job = Job.objects.filter(pk=path_id(job_id), kind=KIND).first()
    if job is None:
        raise Http404
    return job


def _told(tried: Preview) -> dict[str, Any]:
    """Give a preview as its page shows it."""
    shown = [
        (row.line, *(shortened(cells(row).get(name, "")) for name in SHOWN), outcome)
        for row, outcome in tried.shown
    ]
    names = [name.replace("publishedDate", "published") for name in SHOWN]
    refused = [{"line": each.row.line, "details": each.details} for each in tried.refused]
    return {
        "tried": tried.tried,
        "counts": _counted(tried.counts),
        "shown": _table(("Line", *names, "Would be"), shown),
        "refused": _table(("Line", "Reason"), _reasons(refused)),
    }


def _reasons(refused: Iterable[dict[str, Any]]) -> list[tuple[Any, ...]]:
    return [(each["line"], "; ".join(map(_sentence, each["details"]))) for each in refused]


def _sentence(detail: Detail) -> str:
    return f"{detail['field']}: {shortened(detail['message'], refusals.LONGEST_MESSAGE)}"


def _counted(counts: dict[str, int]) -> list[tuple[str, int]]:
    """Give the counts in the order of a result, which JSON in the database does not keep."""
    names = ["read", *counts_of(Result())]
    return [(name.replace("_", " "), counts[name]) for name in names if name in counts]


def _table(headers: Iterable[str], rows: list[tuple[Any, ...]]) -> dict[str, Any]:
    """Give what unfold's table component shows."""
    return {"headers": list(headers), "rows": [list(row) for row in rows]}


register_page(BookImportPages())
