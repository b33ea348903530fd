"""A browser of the moderator's."""

import pytest

from tests.moderation.submitted import REQUEST_ID


@pytest.fixture
def staff(client, moderator):
    """A client that is signed in as the moderator and names its requests."""
    client.force_login(moderator)
    client.defaults["HTTP_X_REQUEST_ID"] = REQUEST_ID
    return client
