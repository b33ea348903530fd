"""The local start: embedded PostgreSQL and Valkey, the environment of a laptop, `make run`.

Nothing here imports a Django app, and nothing but `manage.py` and the Makefile calls it: with
`DATABASE_URL`, `REDIS_URL` and `SECRET_KEY` set, BookHub runs without this package.
"""
