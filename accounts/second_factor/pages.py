"""The page where people set their second factor up, and the one at log-in that asks for a code."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, cast

from django.contrib import admin, messages
from django.contrib.auth import authenticate, logout
from django.http import HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_POST

from accounts import lockout
from accounts.second_factor import devices, gate
from accounts.second_factor.forms import CodeForm, FirstCodeForm, TakeOffForm
from config.admin import register_gate, register_page, told_when_down
from config.errors import RateLimitedError
from config.row_security import Actor, acting_as

if TYPE_CHECKING:
    from django.contrib.admin import AdminSite
    from django.http import HttpRequest, HttpResponse
    from django.urls import URLPattern

    from accounts.models import User

WRONG_CODE = "This code is wrong or was used. Wait for the next one, and look at the clock's time."


class SecondFactorPages:
    """Everybody has their own, in the user's menu and not in the side bar."""

    section: ClassVar[str] = "People"
    icon: ClassVar[str] = "key"
    rank: ClassVar[int] = 1

    def urls(self, site: AdminSite) -> list[URLPattern]:
        view = site.admin_view
        begin, confirm, take_off = map(require_POST, (self.begin, self.confirm, self.take_off))
        ask = told_when_down(csrf_protect(never_cache(self.ask)))
        return [
            path("second-factor/", view(self.show), name="second_factor"),
            path("second-factor/begin/", view(begin), name="second_factor_begin"),
            path("second-factor/confirm/", view(confirm), name="second_factor_confirm"),
            path("second-factor/take-off/", view(take_off), name="second_factor_take_off"),
            path("log-in-code/", ask, name="second_factor_code"),
        ]

    def has_view_permission(self, request: HttpRequest) -> bool:
        return False

    def sidebar_links(self, request: HttpRequest) -> list[dict[str, Any]]:
        return []

    def show(self, request: HttpRequest) -> HttpResponse:
        return _state(request)

    def begin(self, request: HttpRequest) -> HttpResponse:
        devices.begin(_user(request))
        return HttpResponseRedirect(reverse("admin:second_factor"))

    def confirm(self, request: HttpRequest) -> HttpResponse:
        """Switch it on, and show the backup codes this once."""
        form = FirstCodeForm(request.POST)
        codes = (
            devices.confirm(_user(request), form.cleaned_data["code"]) if form.is_valid() else []
        )
        if not codes:
            if form.is_valid():
                form.add_error("code", WRONG_CODE)
            return _state(request, form)
        gate.let_in(request)
        return _page(request, "backup_codes", title="Backup codes", codes=codes)

    def take_off(self, request: HttpRequest) -> HttpResponse:
        form = TakeOffForm(request.POST)
        try:
            if form.is_valid() and _may_take_off(request, form):
                devices.remove(_user(request))
                messages.success(request, "The second factor is off: the password is enough.")
                return HttpResponseRedirect(reverse("admin:second_factor"))
        except RateLimitedError:
            return _locked_out(request)
        return _state(request, form)

    def ask(self, request: HttpRequest) -> HttpResponse:
        """Ask somebody who gave their password for the code; nobody else comes here."""
        site = admin.site
        user = request.user
        if not (user.is_active and user.is_staff) or not gate.page_before(request):
            return HttpResponseRedirect(_next(request))
        if "leave" in request.POST:
            logout(request)
            return HttpResponseRedirect(reverse("admin:login"))
        form = CodeForm(request.POST or None)
        try:
            if form.is_valid() and _code_fits(request, form):
                gate.let_in(request)
                return HttpResponseRedirect(_next(request))
        except RateLimitedError:
            return _locked_out(request)
        context = {**site.each_context(request), "title": "Log in", "form": form}
        context["next"] = request.POST.get("next", request.GET.get("next", ""))
        return TemplateResponse(request, "accounts/second_factor/log_in_code.html", context)


def _state(request: HttpRequest, form: CodeForm | None = None) -> HttpResponse:
    """Show where somebody stands: none, one whose first code is awaited, or one that is on."""
    user = _user(request)
    context: dict[str, Any] = {"title": "Second factor", "form": form}
    if device := devices.device_of(user):
        context |= {"device": device, "left": devices.backup_codes_left(user)}
        context["form"] = form or TakeOffForm()
        return _page(request, "on", **context)
    if begun := devices.begun_by(user):
        secret = begun.config_url.partition("secret=")[2].partition("&")[0]
        context |= {"qr_code": devices.qr_code(begun), "secret": secret}
        context["form"] = form or FirstCodeForm()
        return _page(request, "begun", **context)
    return _page(request, "off", **context)


def _page(request: HttpRequest, name: str, **context: Any) -> HttpResponse:
    context |= admin.site.each_context(request)
    return TemplateResponse(request, f"accounts/second_factor/{name}.html", context)


def _may_take_off(request: HttpRequest, form: TakeOffForm) -> bool:
    """Check the password first: a code is good once, and would be used up by a slip."""
    email, password = _user(request).email, form.cleaned_data["password"]
    if authenticate(request, username=email, password=password) is None:
        form.add_error("password", "This is not your password.")
        return False
    return _code_fits(request, form)


def _code_fits(request: HttpRequest, form: CodeForm) -> bool:
    """Try the code, as the user whose it is; raises RateLimitedError after too many failures."""
    user = _user(request)

    def try_code() -> bool:
        with acting_as(Actor(role="user", user_id=user.pk)):
            return devices.verify(user, form.cleaned_data["code"])

    fits = lockout.attempt(request, user.email, try_code)
    if not fits:
        form.add_error("code", WRONG_CODE)
    return fits


def _locked_out(request: HttpRequest) -> HttpResponse:
    return lockout.answer(request, None, {"username": _user(request).email})


def _next(request: HttpRequest) -> str:
    asked = request.POST.get("next", request.GET.get("next", ""))
    is_ours = url_has_allowed_host_and_scheme(
        asked, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return asked if is_ours else reverse("admin:index")


def _user(request: HttpRequest) -> User:
    return cast("User", request.user)


register_page(SecondFactorPages())
register_gate(gate.page_before)
