"""What is typed about a second factor."""

from __future__ import annotations

from django import forms
from unfold.widgets import UnfoldAdminPasswordWidget, UnfoldAdminTextInputWidget

LONGEST_CODE = 40


class CodeForm(forms.Form):
    code = forms.CharField(
        label="Code",
        max_length=LONGEST_CODE,
        help_text="Six digits from the authenticator app, or one of the backup codes",
        widget=UnfoldAdminTextInputWidget(
            attrs={"autocomplete": "one-time-code", "autofocus": True, "spellcheck": "false"}
        ),
    )


class FirstCodeForm(CodeForm):
    """The app's code alone: there are no backup codes yet."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["code"].help_text = "Six digits, as the authenticator app shows them now"
        self.fields["code"].widget.attrs["inputmode"] = "numeric"


class TakeOffForm(CodeForm):
    password = forms.CharField(
        label="Password",
        widget=UnfoldAdminPasswordWidget(attrs={"autocomplete": "current-password"}),
    )
    field_order = ("password", "code")
