"""The codes are part of the contract."""

import re

import pytest
from django.db import IntegrityError

from config import errors
from config.row_security import SYSTEM, acting_as
from tests import factories, sql

CODES = """
VALIDATION_ERROR 400, MALFORMED_REQUEST 400, UNAUTHORIZED 401, FORBIDDEN 403, FEATURE_DISABLED 403,
NOT_FOUND 404, METHOD_NOT_ALLOWED 405, DUPLICATE_ISBN 409, DUPLICATE_BOOK 400, INVALID_STATUS 409,
CONFLICT 409, ALREADY_ATTACHED 409, LIMIT_REACHED 409, NOT_ACCEPTABLE 406, PAYLOAD_TOO_LARGE 413,
UNSUPPORTED_MEDIA_TYPE 415, UNPROCESSABLE_RECORD 422, RATE_LIMITED 429, INTERNAL_ERROR 500,
UPSTREAM_ERROR 502, UPSTREAM_RATE_LIMITED 502, UPSTREAM_NOT_CONFIGURED 503, UNAVAILABLE 503
"""


def _kinds():
    found = [errors.ProblemError]
    for kind in found:
        found += kind.__subclasses__()
    return found


def test_they_are_the_contracts():
    contract = {code: int(status) for code, status in re.findall(r"([A-Z_]+) (\d+)", CODES)}
    assert {kind.default_code: kind.status_code for kind in _kinds()} == contract


def test_each_says_something_a_person_can_read():
    for kind in _kinds():
        assert re.fullmatch(r"[A-Z].* .*\.", kind.default_detail), kind


def test_retry_after_is_a_whole_second_at_least():
    assert errors.RateLimitedError(retry_after=0).headers == {"Retry-After": "1"}
    assert errors.UpstreamRateLimitedError(retry_after=90).headers == {"Retry-After": "90"}


def refusal(statement):
    """Give Django's error, as a foreign key raises it."""
    with pytest.raises(IntegrityError) as refused, acting_as(SYSTEM):
        sql.run(f"SET CONSTRAINTS ALL IMMEDIATE; {statement}")
    return refused.value


@pytest.mark.django_db
def test_what_is_named_and_has_gone_by_the_commit_is_not_found():
    factories.MembershipFactory()
    gone = refusal("UPDATE memberships SET publisher_id = gen_random_uuid()")
    assert isinstance(errors.from_constraint(gone), errors.NotFoundError)
    assert errors.from_constraint(refusal("DELETE FROM publishers")) is None
