"""The one error body, looked at closely."""


def problem_of(response, status, code):
    """Give the body of an error, having compared all of it with the contract ("Everywhere")."""
    assert response.status_code == status, response.content
    assert response.headers["Content-Type"] == "application/json"
    body = response.json()
    assert body["status"] == "error"
    assert body["code"] == code
    assert body["message"].endswith(".")
    assert body["requestId"] == response.headers["X-Request-ID"]
    assert set(body) - {"details"} == {"status", "code", "message", "requestId"}
    assert all(set(row) == {"field", "message"} for row in body.get("details", []))
    return body


def fields_of(body):
    return [row["field"] for row in body.get("details", [])]
