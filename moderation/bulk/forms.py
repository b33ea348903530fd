"""What a moderator says before many books are taken a step."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from unfold.widgets import UnfoldBooleanWidget

from moderation.books.send_back import SendBackForm

if TYPE_CHECKING:
    from moderation.bulk.plan import Plan


class ConfirmationForm(SendBackForm):
    """Only what the plan makes it necessary to ask."""

    leave_doubtful = forms.BooleanField(
        required=False,
        initial=True,
        widget=UnfoldBooleanWidget,
        label="Leave those out that may be here already",
        help_text="They stay in the queue, for you to look at one by one.",
    )

    def __init__(self, plan: Plan, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not plan.step.asks_reason:
            del self.fields["reason"]
        if not plan.doubtful:
            del self.fields["leave_doubtful"]
