"""The back-office's forms about people."""

from __future__ import annotations

from typing import Any

from django import forms
from unfold.forms import AdminPasswordChangeForm, UserCreationForm
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget, UnfoldAdminSelectWidget

from accounts.models import Membership, Permission, User


class FoldedEmail(forms.EmailField):
    """An e-mail as accounts keep it."""

    def to_python(self, value: Any) -> str:
        return User.objects.normalize_email(super().to_python(value))


class NewUserForm(UserCreationForm):
    """An account with a password that Django's validators agree to."""

    usable_password = None

    class Meta:
        model = User
        fields = ("email",)
        field_classes = {"email": FoldedEmail}


class UserForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = User
        fields = ("email",)
        field_classes = {"email": FoldedEmail}


class NewPasswordForm(AdminPasswordChangeForm):
    """A new password for somebody else; whoever is signed in as them is signed out."""

    usable_password = None


class MembershipForm(forms.ModelForm):  # type: ignore[type-arg]
    permissions = forms.MultipleChoiceField(
        choices=Permission.choices, required=False, widget=UnfoldAdminCheckboxSelectMultipleWidget
    )

    class Meta:
        model = Membership
        fields = ("user", "permissions")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.instance._state.adding:  # noqa: SLF001  (documented)
            # A membership stays its member's; the box that searches would ask for each one's name.
            known = [(self.instance.user_id, str(self.instance.user))]
            self.fields["user"].widget = UnfoldAdminSelectWidget(choices=known)
