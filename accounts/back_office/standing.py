"""Whether somebody is in good standing, and the steps that change it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from config.confirmation import Question
from config.model_admin import Button, Listing, labelled

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.utils.safestring import SafeString

SUSPEND, LIFT = Button("suspend", "Suspend", "danger"), Button("lift", "Lift the suspension")
SUSPEND_USERS = Question(
    "suspend",
    "Suspend",
    "They are signed out at once, here and from the API, and cannot sign in again until somebody"
    " lifts the suspension. What they submitted stays.",
    is_dangerous=True,
)
SUSPEND_PUBLISHERS = Question(
    "suspend",
    "Suspend",
    "Their members lose all rights at once and have to sign in again, as readers like others, until"
    " somebody lifts the suspension. Finalized books stay in the catalog.",
    is_dangerous=True,
)
_COLOURS = {"suspended": "danger", "in good standing": "success"}


def standing_label(*, suspended: bool) -> SafeString:
    return labelled("suspended" if suspended else "in good standing", _COLOURS)


class CountedListing(Listing):
    """A list whose model admin counts what belongs to the rows of a page, by `count(rows)`.

    One grouped query for a page: a count in the list's own query is made for each row of the table.
    """

    result_list: Any

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        self.result_list = list(self.result_list)
        self.model_admin.count(self.result_list)
