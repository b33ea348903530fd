"""The account calls, under /api/."""

from __future__ import annotations

from django.urls import path

from accounts import views

urlpatterns = [
    path("auth/sign-up", views.SignUp.as_view(), name="sign-up"),
    path("auth/sign-in", views.SignIn.as_view(), name="sign-in"),
    path("auth/refresh", views.Refresh.as_view(), name="refresh"),
    path("auth/sign-out", views.SignOut.as_view(), name="sign-out"),
    path("auth/password-reset", views.PasswordReset.as_view(), name="password-reset"),
    path(
        "auth/password-reset/confirm",
        views.PasswordResetConfirm.as_view(),
        name="password-reset-confirm",
    ),
    path("profile", views.ProfileView.as_view(), name="profile"),
    path("profile/export", views.ProfileExport.as_view(), name="profile-export"),
]
