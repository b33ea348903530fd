"""What an error says, in a form that reads well in an assertion."""


def error(response):
    """Give status, code and the named fields; the rest of the body is checked on the way."""
    body = response.json()
    assert body["status"] == "error"
    assert body["message"]
    assert body["requestId"]
    return response.status_code, body["code"], [d["field"] for d in body.get("details", [])]


def refused_token(response):
    assert "Bearer" in response.headers["WWW-Authenticate"]
    return error(response)


INVALID = 400, "VALIDATION_ERROR"
UNAUTHORIZED = 401, "UNAUTHORIZED", []
