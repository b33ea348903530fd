"""Accounts over HTTP (contract, "Accounts")."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django.conf import settings
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.permissions import AllowAny
from rest_framework.response import Response

from accounts import cookies, lockout, password_reset, personal_data, services, tasks, tokens
from accounts.authentication import require_csrf_token
from accounts.models import Profile, User
from accounts.rates import spend_by_address, spend_by_email
from accounts.serializers import (
    NewPasswordSerializer,
    PasswordResetSerializer,
    PasswordSerializer,
    ProfileSerializer,
    RefreshTokenSerializer,
    SignedInSerializer,
    SignInSerializer,
    SignUpSerializer,
    TokenPairSerializer,
)
from config import bodies, statements
from config.api import BaseView
from config.errors import FeatureDisabledError, InvalidError, RateLimitedError
from config.ids import new_id
from config.schema import problems

if TYPE_CHECKING:
    from rest_framework.request import Request

WRONG_PASSWORD = "The e-mail or the password is not right."  # noqa: S105  (a sentence)
REFRESH_RATE = "120/m"
PASSWORD_RESET_RATE = "30/m"  # noqa: S105
MAILS_PER_ADDRESSEE = "5/h"
PROFILE_COLUMNS = (
    "author_count",
    "work_count",
    "max_authors",
    "max_works",
    "created_at",
    "updated_at",
)
PROFILE = f"SELECT {', '.join(PROFILE_COLUMNS)} FROM profiles WHERE user_id = %(user)s"  # noqa: S608
CREDENTIALS = OpenApiExample(
    "credentials",
    {"email": "reader@example.org", "password": "correct horse battery"},
    request_only=True,
)


class AuthView(BaseView):
    """A call that needs no access token: it brings a password, a refresh or a mailed token."""

    authentication_classes = ()
    permission_classes = (AllowAny,)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        tokens.refuse_when_issued_elsewhere()


class SignUp(AuthView):
    @extend_schema(
        operation_id="sign_up",
        summary="Open an account",
        description="Signs in at once, as sign-in does. Names `email` when it has an account "
        "already, and `password` when it is weak.",
        request=SignUpSerializer,
        responses={201: SignedInSerializer},
        examples=[CREDENTIALS],
    )
    def post(self, request: Request) -> Response:
        spend_by_address(request, "sign-up", settings.SIGN_UP_RATE)
        given = bodies.given(SignUpSerializer, request)
        user = User(email=given["email"])
        user.set_password(given["password"])
        return _signed_in(request, services.sign_up(user), status.HTTP_201_CREATED)


class SignIn(AuthView):
    @extend_schema(
        operation_id="sign_in",
        summary="Trade e-mail and password for tokens",
        description="After five wrong passwords for one e-mail from one address within 15 "
        "minutes, `RATE_LIMITED`, whatever the password. The tokens come as cookies, too.",
        request=SignInSerializer,
        responses={200: SignedInSerializer},
        examples=[CREDENTIALS],
    )
    def post(self, request: Request) -> Response:
        spend_by_address(request, "sign-in", settings.SIGN_IN_RATE)
        given = bodies.given(SignInSerializer, request)
        user = lockout.check_password(request, **given)
        if user is None:
            raise tokens.unauthorized(WRONG_PASSWORD)
        return _signed_in(request, user, status.HTTP_200_OK)


class Refresh(AuthView):
    # The end of a family is to stay, although the answer to a stolen token is an error.
    opens_transaction = False

    @extend_schema(
        operation_id="refresh",
        summary="Trade a refresh token for a new pair",
        description="The token is dead afterwards; whoever brings it again ends all tokens that "
        "came out of the same sign-in. Without a body the cookie is taken, which needs the CSRF "
        "token.",
        request=RefreshTokenSerializer,
        responses={200: TokenPairSerializer},
    )
    def post(self, request: Request) -> Response:
        spend_by_address(request, "refresh", REFRESH_RATE)
        pair = tokens.rotate(_refresh_token(request))
        if pair is None:
            raise tokens.unauthorized(tokens.REFRESH_REFUSED)
        return _with_cookies(request, pair, Response(TokenPairSerializer(pair).data))


class SignOut(AuthView):
    @extend_schema(
        operation_id="sign_out",
        summary="End a refresh token",
        description="Clears the cookies, too. Without a body the cookie is taken, which needs "
        "the CSRF token.",
        request=RefreshTokenSerializer,
        responses={204: OpenApiResponse(description="The refresh token is dead.")},
    )
    def post(self, request: Request) -> Response:
        tokens.revoke(_refresh_token(request))
        return _signed_out()


class PasswordReset(AuthView):
    @extend_schema(
        operation_id="password_reset",
        summary="Ask for a mail with a token for a new password",
        responses={204: OpenApiResponse(description="Sent, if there is such an account.")},
        request=PasswordResetSerializer,
    )
    def post(self, request: Request) -> Response:
        spend_by_address(request, "password-reset", PASSWORD_RESET_RATE)
        email = bodies.given(PasswordResetSerializer, request)["email"]
        spend_by_email(request, "password-reset-mail", email, MAILS_PER_ADDRESSEE)
        user_id = User.objects.filter(email=email).values_list("pk", flat=True).first()
        # For an unknown e-mail the same is done with an id that is nobody's: it takes as long.
        tasks.send_password_reset.delay_on_commit(str(user_id or new_id()))
        return Response(status=status.HTTP_204_NO_CONTENT)


class PasswordResetConfirm(AuthView):
    @extend_schema(
        operation_id="password_reset_confirm",
        summary="Set a new password with the mailed token",
        description="Names `token` when it is wrong, used or over an hour old.",
        request=NewPasswordSerializer,
        responses={204: OpenApiResponse(description="Set; every refresh token is dead.")},
    )
    def post(self, request: Request) -> Response:
        spend_by_address(request, "password-reset-confirm", PASSWORD_RESET_RATE)
        user = password_reset.set_password(**bodies.given(NewPasswordSerializer, request))
        lockout.forgive(request, user.email)
        return _signed_out()


class ProfileView(BaseView):
    @extend_schema(
        operation_id="get_profile",
        summary="Show one's counters and limits",
        responses={200: ProfileSerializer},
    )
    def get(self, request: Request) -> Response:
        user = cast("User", request.user)
        row = statements.one(PROFILE, {"user": user.pk})
        if row is None:
            raise Profile.DoesNotExist
        shown = {"user_id": user.pk, "email": user.email}
        return Response(shown | dict(zip(PROFILE_COLUMNS, row, strict=True)))

    @problems(RateLimitedError, FeatureDisabledError)
    @extend_schema(
        operation_id="delete_account",
        summary="Delete one's account and all that is private to it",
        description="A wrong password names `password`, and counts as a failed sign-in.",
        request=PasswordSerializer,
        responses={204: OpenApiResponse(description="Gone.")},
    )
    def delete(self, request: Request) -> Response:
        tokens.refuse_when_issued_elsewhere()
        given = bodies.given(PasswordSerializer, request)
        user = lockout.check_password(request, request.user.get_username(), given["password"])
        if user is None:
            raise InvalidError.of("password", "This is not your password.")
        services.delete_account(user)
        return _signed_out()


class ProfileExport(BaseView):
    @extend_schema(
        operation_id="export_profile",
        summary="Give all that the product holds about the caller",
        responses={200: OpenApiTypes.OBJECT},
    )
    def get(self, request: Request) -> Response:
        attachment = {"Content-Disposition": 'attachment; filename="bookhub.json"'}
        return Response(personal_data.export(cast("User", request.user)), headers=attachment)


def _refresh_token(request: Request) -> str:
    """Take the token from the body, else from the cookie, which needs the CSRF token beside it."""
    given = bodies.given(RefreshTokenSerializer, request).get("refresh_token")
    kept = request.COOKIES.get(cookies.REFRESH_COOKIE)
    if given is None and kept is None:
        raise InvalidError.of("refresh_token", "This field is required, or the cookie.")
    if given is None:
        require_csrf_token(request)
    return given or kept or ""


def _signed_in(request: Request, user: User, code: int) -> Response:
    pair = tokens.issue(user)
    body = SignedInSerializer(pair, context={"user": user}).data
    return _with_cookies(request, pair, Response(body, code))


def _with_cookies(request: Request, pair: tokens.TokenPair, response: Response) -> Response:
    cookies.set_tokens(request, response, pair)
    response["Cache-Control"] = "no-store"
    return response


def _signed_out() -> Response:
    response = Response(status=status.HTTP_204_NO_CONTENT)
    cookies.clear(response)
    return response
