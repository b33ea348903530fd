"""People in the back-office: readers, publishers' members, moderators, superusers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.contrib.auth import admin as auth_admin
from django.core.exceptions import PermissionDenied
from django.db.models import Count
from django.urls import reverse
from django.utils.html import format_html
from unfold.contrib.filters.admin import BooleanRadioFilter
from unfold.decorators import display

from accounts import services
from accounts.back_office.standing import (
    LIFT,
    SUSPEND,
    SUSPEND_USERS,
    CountedListing,
    standing_label,
)
from accounts.forms import NewPasswordForm, NewUserForm, UserForm
from accounts.models import User
from accounts.second_factor import devices
from config.confirmation import ask
from config.errors import ForbiddenError
from config.model_admin import Button, ModeratedAdmin

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse
    from django.utils.safestring import SafeString

REMOVE_SECOND_FACTOR = Button("remove_second_factor", "Remove the second factor", "danger")


@admin.register(User)
class UserAdmin(ModeratedAdmin, auth_admin.UserAdmin):  # type: ignore[type-arg]
    """Moderators suspend readers and members; superusers do the rest.

    Nothing here shows what is a reader's own: shelves, limits, tokens, the password's hash.
    """

    section = "People"
    icon = "person"
    form = UserForm
    add_form = NewUserForm
    change_password_form = NewPasswordForm
    actions = ("suspend", "lift")
    page_actions = (*actions, "remove_second_factor")
    list_display = ("email", "standing", "role", "publisher", "books", "joined")
    list_disable_select_all = True
    list_filter = (("is_active", BooleanRadioFilter), ("is_staff", BooleanRadioFilter))
    list_select_related = ("membership__publisher",)
    search_fields = ("email",)
    ordering = ("email",)
    filter_horizontal = ()
    autocomplete_fields = ("groups",)
    readonly_fields = (
        "standing",
        "publisher",
        "books",
        "password_link",
        "last_login",
        "created_at",
    )
    fieldsets = (
        (
            None,
            {"fields": ("email", "standing", "publisher", "books", ("created_at", "last_login"))},
        ),
        ("Rights", {"fields": ("is_staff", "is_superuser", "groups")}),
    )
    add_fieldsets = ((None, {"fields": ("email", "password1", "password2")}),)

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[CountedListing]:
        return CountedListing

    def count(self, users: Sequence[Any]) -> None:
        """Note on each how many books they submitted themselves; shelves are their own matter."""
        rows = User.objects.filter(pk__in=[user.pk for user in users]).order_by()
        counts = dict(rows.values_list("pk").annotate(Count("books")))
        for user in users:
            user.book_count = counts.get(user.pk, 0)

    @display(description="Own submissions")
    def books(self, user: Any) -> str:
        if not hasattr(user, "book_count"):
            self.count([user])
        return f"{user.book_count:,}"

    @display(description="Joined", ordering="created_at")
    def joined(self, user: User) -> str:
        return f"{user.created_at:%Y-%m-%d}"

    @display(description="Standing", ordering="is_active")
    def standing(self, user: User) -> SafeString:
        return standing_label(suspended=not user.is_active)

    @display(description="Role")
    def role(self, user: User) -> str:
        return "superuser" if user.is_superuser else "moderator" if user.is_staff else ""

    @display(description="Publisher")
    def publisher(self, user: User) -> str:
        membership = getattr(user, "membership", None)
        return str(membership.publisher) if membership else ""

    @display(description="Password")
    def password_link(self, user: User) -> SafeString:
        url = reverse("admin:auth_user_password_change", args=[user.pk])
        return format_html('<a href="{}" class="text-link">Set a new one</a>', url)

    def get_fieldsets(self, request: HttpRequest, obj: User | None = None) -> Any:
        fieldsets = super().get_fieldsets(request, obj)
        if obj is None or not request.user.is_superuser:
            return fieldsets
        return (*fieldsets, ("Sign-in", {"fields": ("password_link",)}))

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> tuple[str, ...]:
        """Nobody takes their own rights away: somebody else has to be left who has them."""
        own = ("is_staff", "is_superuser") if obj and obj.pk == request.user.pk else ()
        return (*self.readonly_fields, *own)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        is_own = obj is not None and obj.pk == request.user.pk
        return not is_own and super().has_delete_permission(request, obj)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """Name the accounts alone: what goes along is their readers' own."""
        users = [user for user in objs if self.has_delete_permission(request, user)]
        others = {str(user) for user in objs if user not in users}
        return [str(user) for user in users], {"accounts": len(users)}, others, []

    def delete_model(self, request: HttpRequest, obj: User) -> None:
        services.delete_account(obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        for user in queryset:
            services.delete_account(user)

    def buttons(self, request: HttpRequest, obj: User) -> list[Button]:
        shown = [SUSPEND if obj.is_active else LIFT] if self._may_shut_out(request, obj) else []
        if request.user.is_superuser and devices.is_set_up(obj):
            shown.append(REMOVE_SECOND_FACTOR)
        return shown

    @admin.action(description="Suspend …")
    def suspend(self, request: HttpRequest, queryset: QuerySet[User]) -> HttpResponse | None:
        if page := ask(self, request, queryset, SUSPEND_USERS):
            return page
        self.take_step(
            request, queryset, self._allowed(request, services.suspend_user), "suspended"
        )
        return None

    @admin.action(description="Lift the suspension")
    def lift(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        self.take_step(
            request, queryset, self._allowed(request, services.lift_user), "let in again"
        )

    def remove_second_factor(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        """Help somebody who has lost theirs; the audit trail has it."""
        if not request.user.is_superuser:
            raise PermissionDenied
        self.take_step(request, queryset, devices.remove, "without a second factor")

    def _may_shut_out(self, request: HttpRequest, user: User) -> bool:
        """Moderators decide about readers and members, superusers about all but themselves."""
        return user.pk != request.user.pk and (request.user.is_superuser or not user.is_staff)

    def _allowed(
        self, request: HttpRequest, act: Callable[[User], object]
    ) -> Callable[[User], object]:
        def act_if_allowed(user: User) -> None:
            if not self._may_shut_out(request, user):
                raise ForbiddenError("Only another superuser may do this to a moderator.")
            act(user)

        return act_if_allowed
