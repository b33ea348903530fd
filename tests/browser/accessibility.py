"""What every page is held to: its content policy, scripts without an error, local assets, axe."""

from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from django.conf import settings

REPORT_VIOLATIONS = """
document.addEventListener("securitypolicyviolation", (event) =>
  console.error(`Content policy: ${event.violatedDirective} forbids`
    + ` ${event.blockedURI} ${event.sourceFile}:${event.lineNumber} ${event.sample}`));
"""
GRAVE = {"serious", "critical"}
OPTIONS = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"],
    # What is told of elements with which nothing is wrong takes longer than to look at them.
    "resultTypes": ["violations"],
    "preload": False,
}
_axe = Axe()


def watch(page):
    """Collect what goes wrong on a page.

    That is what its policy forbids, errors that nobody caught, and anything that is asked of a host
    outside but for covers.
    """
    found = []

    def note(message):
        if "Content policy" in message.text or "Content Security Policy" in message.text:
            found.append(message.text)

    def note_outside(request):
        if urlsplit(request.url).hostname not in (None, "localhost", *settings.COVER_IMAGE_HOSTS):
            found.append(f"{page.url} asks {request.url}")

    page.add_init_script(REPORT_VIOLATIONS)
    page.on("request", note_outside)
    page.on("console", note)
    page.on("pageerror", lambda error: found.append(f"{page.url}: {error}"))
    return found


def fits(page):
    """Say whether the page is no wider than the window."""
    return page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def grave_findings(page):
    """Give what axe finds serious or critical, one line a rule with the elements it means."""
    violations = _axe.run(page, options=OPTIONS).response["violations"]
    return [
        f"{page.url} {rule['id']} ({rule['impact']}): {rule['help']}: "
        + " | ".join(node["html"][:200] for node in rule["nodes"][:5])
        for rule in violations
        if rule["impact"] in GRAVE
    ]


def axe(page):
    """Fail on what axe finds serious or critical, and on a page that must be scrolled sideways."""
    findings = grave_findings(page)
    assert not findings, "\n".join(findings)
    assert fits(page), page.url
