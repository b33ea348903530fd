"""Where a service may send us, over real redirects."""

from dataclasses import replace

import pytest

from enrichment import http
from enrichment.outside import answers, redirects


def as_sent(text):
    """Give what the server has to write for its bytes to be UTF-8."""
    return text.encode().decode("latin-1")


@pytest.mark.parametrize(
    "location", ["/ex/ż", "%C5%BC", "//{host}/ex/ż", "http://{host}/ex/ż?x=1#y"]
)
def test_a_redirect_within_the_service_is_followed(outside, example, location):
    host = outside.url.removeprefix("http://")
    outside.answer("/ex/a", b"", 302, headers={"Location": as_sent(location.format(host=host))})
    outside.answer("/ex/%C5%BC", {"key": "b"})
    assert http.get(example, "/a").body == {"key": "b"}


@pytest.mark.parametrize(
    "location",
    [
        "http://127.0.0.1:1/",
        "http://localhost:{port}/ex/b",
        "https://127.0.0.1:{port}/ex/b",
        "http://user:pass@127.0.0.1:{port}/ex/b",
        "http://listed.example/b",
        "https://listed.example:8443/b",
        "https://listed.example@other.example/b",
        "https://other.example/b",
        "ftp://127.0.0.1:{port}/ex/b",
        "file:///etc/passwd",
        "//[::1]/b",
        "http://[broken/",
        "http://127.0.0.1:port/",
        None,
    ],
)
def test_a_redirect_to_elsewhere_is_no_answer(outside, example, location):
    port = outside.url.rpartition(":")[2]
    headers = {} if location is None else {"Location": location.format(port=port)}
    outside.answer("/ex/a", b"", 302, headers=headers)
    outside.answer("/ex/b", {})
    listing = replace(example, redirect_hosts=frozenset({"listed.example"}))
    with pytest.raises(http.NoAnswerError) as caught:
        http.get(listing, "/a")
    assert (caught.value.reason, len(outside.requests)) == ("redirect", 1)


@pytest.mark.parametrize(
    ("host", "allowed"),
    [
        ("ia800100.us.archive.org", True),
        ("a.b.us.archive.org", True),
        ("us.archive.org", False),
        ("us.archive.org.example", False),
        ("xus.archive.org", False),
    ],
)
def test_a_star_stands_for_all_below_a_host(example, host, allowed):
    listing = replace(example, redirect_hosts=frozenset({"*.us.archive.org"}))
    location = f"https://{host}/cover.jpg"
    headers = {"Location": location}
    if allowed:
        assert redirects.next_url(listing, "https://x.example/", headers) == location
    else:
        with pytest.raises(answers.CallFailedError):
            redirects.next_url(listing, "https://x.example/", headers)


def test_five_redirects_and_no_more(outside, example):
    for number in range(7):
        outside.answer(f"/ex/{number}", b"", 302, headers={"Location": str(number + 1)})
    outside.answer("/ex/7", {"key": 7})
    assert http.get(example, "/2").body == {"key": 7}
    outside.requests.clear()
    with pytest.raises(http.NoAnswerError):
        http.get(example, "/1")
    assert len(outside.requests) == 6
