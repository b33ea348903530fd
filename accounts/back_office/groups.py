"""Groups of rights, which superusers alone see and change."""

from __future__ import annotations

from django.contrib import admin
from django.contrib.auth import admin as auth_admin
from django.contrib.auth.models import Group

# Imported for their registrations, which come first so that they can be taken back.
from django_otp.plugins.otp_static import admin as static_admin
from django_otp.plugins.otp_totp import admin as totp_admin

from config.model_admin import ModeratedAdmin

admin.site.unregister(Group)
# Nobody sees another's second factor, secrets and codes least of all.
admin.site.unregister([totp_admin.TOTPDevice, static_admin.StaticDevice])


@admin.register(Group)
class GroupAdmin(ModeratedAdmin, auth_admin.GroupAdmin):
    section = "People"
    icon = "group"
