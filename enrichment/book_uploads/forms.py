"""The back-office's form for a file of books: which file, whose, and what is to be done with it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from unfold.widgets import INPUT_CLASSES, UnfoldAdminSelectWidget, UnfoldBooleanWidget

from accounts.models import Publisher
from config.errors import PayloadTooLargeError
from config.middleware import BOOKS_FILE_LIMIT
from enrichment import uploads
from enrichment.book_files import FORMATS

NAMES = {
    "csv": "CSV",
    "jsonl": "JSON Lines",
    "onix": "ONIX 3.0",
    "marc": "MARC 21",
    "marcxml": "MARCXML",
}
"""Of the formats, as people know them."""


class OptionsForm(forms.Form):
    """What is to be done with a file; a suspended publisher cannot be chosen."""

    publisher = forms.ModelChoiceField(
        Publisher.objects.filter(suspended_at__isnull=True).order_by("name"),
        widget=UnfoldAdminSelectWidget,
    )
    format = forms.ChoiceField(
        choices=[("", "By itself"), *((key, NAMES[key]) for key in FORMATS)],
        required=False,
        widget=UnfoldAdminSelectWidget,
        help_text="Most files tell by their name or their first lines what they are.",
    )
    finalize = forms.BooleanField(
        required=False,
        widget=UnfoldBooleanWidget,
        label="Finalize the books",
        help_text="Readers find them at once; otherwise they wait in the queue.",
    )


class FileForm(OptionsForm):
    file = forms.FileField(
        max_length=uploads.LONGEST_NAME,
        # Unfold's own says which file is chosen on pages alone that change after they are loaded.
        widget=forms.FileInput({"class": " ".join(INPUT_CLASSES)}),
        help_text="Plain or gzip, up to 50 MB. The next page shows what would become of it.",
    )
    field_order = ("file", "publisher", "format", "finalize")

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        try:
            uploads.refuse_over(BOOKS_FILE_LIMIT, file.size)
        except PayloadTooLargeError as problem:
            raise ValidationError(str(problem.detail)) from problem
        return file
