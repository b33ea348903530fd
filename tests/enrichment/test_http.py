import pytest
from limits import RateLimitItemPerSecond

from enrichment import http


@pytest.fixture
def service(outside):
    return http.Service(
        name="example",
        title="Example",
        base_url=f"{outside.url}/ex",
        user_agent="BookHub/1.0 (books@bookhub.example)",
        pace=(RateLimitItemPerSecond(1000),),
    )


def test_found(service, outside):
    outside.answer("/ex/book.json?a=[1]", {"title": "Ł"})
    found = http.get(service, "/book.json", "a=[1]")
    assert found == http.Found({"title": "Ł"}, f"{outside.url}/ex/book.json?a=[1]")
    assert outside.requests[0].query == "a=[1]"
    assert http.get(service, "/none.json") is http.MISSING
