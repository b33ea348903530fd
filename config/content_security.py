"""What a browser may load for a page (Content-Security-Policy): our own files, and covers."""

from __future__ import annotations

from django.conf import settings

COVERS = " ".join(
    f"https://{host}" for host in (*settings.COVER_IMAGE_HOSTS, *settings.COVER_REDIRECT_HOSTS)
)


def _policy(**sources: str) -> str:
    named = [f"{name.replace('_', '-')} {allowed}" for name, allowed in sources.items()]
    return "; ".join([*named, "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"])


PAGES = {
    "default_src": "'none'",
    "script_src": "'self'",
    "style_src": "'self'",
    "img_src": "'self' data:",
    "connect_src": "'self'",
}
PAGES_POLICY = _policy(**PAGES)
# The front page shows covers.
FRONT_PAGE_POLICY = _policy(**PAGES | {"img_src": f"'self' data: {COVERS}"})
# The admin's widgets (Alpine) evaluate the expressions that stand in their attributes, which is
# all that 'unsafe-eval' is for: no text in a page is run as a script, nor taken for style.
ADMIN_POLICY = _policy(
    default_src="'self'",
    script_src="'self' 'unsafe-eval'",
    style_src="'self'",
    img_src=f"'self' data: {COVERS}",
    connect_src="'self'",
    object_src="'none'",
)


def policy_of(path: str) -> str:
    """Give the policy for the answer from a path."""
    if path.startswith("/admin/"):
        return ADMIN_POLICY
    return FRONT_PAGE_POLICY if path == "/" else PAGES_POLICY
