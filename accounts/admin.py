"""People and publishers in the back-office; `accounts.admin_trail` has what they did."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.contrib.auth import admin as auth_admin
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils.html import format_html

# Imported for their registrations, which come first so that they can be taken back.
from django_otp.plugins.otp_static import admin as static_admin
from django_otp.plugins.otp_totp import admin as totp_admin
from unfold.admin import TabularInline
from unfold.contrib.filters.admin import BooleanRadioFilter, RadioFilter
from unfold.decorators import display

from accounts import admin_trail, services  # noqa: F401  (the first registers its classes)
from accounts.forms import MembershipForm, NewPasswordForm, NewUserForm, UserForm
from accounts.models import Membership, Publisher, User
from accounts.second_factor import devices, pages  # noqa: F401  (the last registers its pages)
from config.errors import ForbiddenError
from config.model_admin import Button, Moderated, ModeratedAdmin, counted, labelled

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.db.models import QuerySet
    from django.http import HttpRequest
    from django.utils.safestring import SafeString

STANDING_COLOURS = {"suspended": "danger", "in good standing": "success"}
SUSPEND, LIFT = Button("suspend", "Suspend", "danger"), Button("lift", "Lift the suspension")
REMOVE_SECOND_FACTOR = Button("remove_second_factor", "Remove the second factor", "danger")

# Django has registered it already, with looks and rules of its own.
admin.site.unregister(Group)
# Nobody sees another's second factor, secrets and codes least of all.
admin.site.unregister([totp_admin.TOTPDevice, static_admin.StaticDevice])


def _standing(*, suspended: bool) -> SafeString:
    return labelled("suspended" if suspended else "in good standing", STANDING_COLOURS)


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
    list_display = ("name", "member_count", "pending_count", "active_count", "standing")
    list_filter = (SuspendedFilter,)
    search_fields = ("name",)
    fields = ("name", "standing", "created_at")
    readonly_fields = ("standing", "created_at")
    inlines = (MembershipInline,)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Publisher]:
        publishers: QuerySet[Publisher] = super().get_queryset(request)
        return publishers.annotate(
            member_count=counted(Publisher.objects.all(), "memberships"),
            pending_count=counted(Publisher.objects.all(), "books", books__status="PENDING"),
            active_count=counted(Publisher.objects.all(), "books", books__status="ACTIVE"),
        )

    @display(description="Members")
    def member_count(self, publisher: Publisher) -> Any:
        return publisher.member_count  # type: ignore[attr-defined]

    @display(description="Pending books")
    def pending_count(self, publisher: Publisher) -> Any:
        return publisher.pending_count  # type: ignore[attr-defined]

    @display(description="Active books")
    def active_count(self, publisher: Publisher) -> Any:
        return publisher.active_count  # type: ignore[attr-defined]

    @display(description="Standing", ordering="suspended_at")
    def standing(self, publisher: Publisher) -> SafeString:
        return _standing(suspended=publisher.is_suspended)

    def buttons(self, request: HttpRequest, obj: Publisher) -> list[Button]:
        return [LIFT if obj.is_suspended else SUSPEND]

    @admin.action(description="Suspend")
    def suspend(self, request: HttpRequest, queryset: QuerySet[Publisher]) -> None:
        self.take_step(request, queryset, services.suspend_publisher, "suspended")

    @admin.action(description="Lift the suspension")
    def lift(self, request: HttpRequest, queryset: QuerySet[Publisher]) -> None:
        self.take_step(request, queryset, services.lift_publisher, "let in again")


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
    list_display = ("email", "standing", "role", "publisher", "created_at")
    list_filter = (("is_active", BooleanRadioFilter), ("is_staff", BooleanRadioFilter))
    list_select_related = ("membership__publisher",)
    search_fields = ("email",)
    ordering = ("email",)
    filter_horizontal = ()
    autocomplete_fields = ("groups",)
    readonly_fields = ("standing", "publisher", "password_link", "last_login", "created_at")
    fieldsets = (
        (None, {"fields": ("email", "standing", "publisher", ("created_at", "last_login"))}),
        ("Rights", {"fields": ("is_staff", "is_superuser", "groups")}),
    )
    add_fieldsets = ((None, {"fields": ("email", "password1", "password2")}),)

    @display(description="Standing", ordering="is_active")
    def standing(self, user: User) -> SafeString:
        return _standing(suspended=not user.is_active)

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

    @admin.action(description="Suspend")
    def suspend(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        self.take_step(
            request, queryset, self._allowed(request, services.suspend_user), "suspended"
        )

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


@admin.register(Group)
class GroupAdmin(ModeratedAdmin, auth_admin.GroupAdmin):
    section = "People"
    icon = "group"
