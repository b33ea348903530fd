"""Every route of the platform, out of the URL configuration itself."""

from typing import NamedTuple

from django.urls import URLPattern, URLResolver, get_resolver


class Route(NamedTuple):
    path: str
    """With its arguments as `<name>`, of whatever type: `/books/<id>`."""
    callback: object

    @property
    def view_class(self):
        """The API view behind it; None for a plain Django view."""
        return getattr(self.callback, "cls", None)

    @property
    def methods(self):
        """What the view says it answers; empty for a plain Django view."""
        actions = getattr(self.callback, "actions", None)
        if actions:
            return {method.upper() for method in actions} - {"HEAD"}
        known = ("get", "post", "put", "patch", "delete")
        return {method.upper() for method in known if hasattr(self.view_class, method)}


def routes():
    """Give all but the admin's, which Django lays out and one door guards."""
    return [route for route in _walk(get_resolver(), "/") if not route.path.startswith("/admin/")]


def api_routes():
    return [route for route in routes() if route.view_class is not None]


def _walk(resolver, prefix):
    for pattern in resolver.url_patterns:
        path = prefix + readable(str(pattern.pattern))
        if isinstance(pattern, URLResolver):
            yield from _walk(pattern, path)
        elif isinstance(pattern, URLPattern):
            yield Route(path, pattern.callback)


def readable(pattern):
    """Make `/books/<id>` of Django's `/books/<uuid:id>`."""
    words = [word.rpartition(":")[2] for word in pattern.split("<")]
    return "<".join([pattern.split("<")[0], *words[1:]])
