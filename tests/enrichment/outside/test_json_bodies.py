"""What counts as JSON from outside."""

import pytest

from enrichment.outside.answers import CallFailedError
from enrichment.outside.json_bodies import read_object


@pytest.mark.parametrize(
    ("body", "content_type", "reason"),
    [
        ("[1]", "application/json", "wrong_shape"),
        ("", "application/json", "not_json"),
        ('{"a": NaN}', "application/json", "not_json"),
        ('{"a": ' + "9" * 5000 + "}", "application/json", "not_json"),
        ('{"a":' * 200_000, "application/json", "not_json"),
        ("<Storage {'a': 1}>", "text/plain", "not_json"),
        ("{}", "text/html; charset=utf-8", "not_json"),
        ("{}", "application/xhtml+xml", "not_json"),
        ('{"a": "\\ud800"}', "application/json", None),
        ("{}", "text/plain", None),
        ("{}", "", None),
        ("\ufeff{}", "application/json", None),
        (b'{"a": "\xff"}', "application/json", "not_json"),
    ],
)  # fmt: skip
def test_what_counts_as_json(body, content_type, reason):
    data = body if isinstance(body, bytes) else body.encode()
    if reason is None:
        assert isinstance(read_object(data, content_type), dict)
        return
    with pytest.raises(CallFailedError) as caught:
        read_object(data, content_type)
    assert caught.value.reason == reason
