"""What somebody sees who tried too often to sign in."""


def answer(request, credentials, *args, **kwargs):
    raise NotImplementedError
