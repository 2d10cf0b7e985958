# Two stages: the first builds a virtual environment from the hashed lock, the second runs it as an ordinary user.
FROM python:3.11-slim-bookworm AS build
RUN python -m venv /opt/keepcovered && /opt/keepcovered/bin/pip install --no-cache-dir uv==0.13.9
ENV UV_SYSTEM_CERTS=1 VIRTUAL_ENV=/opt/keepcovered
WORKDIR /src
COPY requirements.lock pyproject.toml README.md LICENSE alembic.ini ./
RUN /opt/keepcovered/bin/uv pip install --require-hashes -r requirements.lock
COPY app app
COPY channels channels
COPY schedules schedules
COPY migrations migrations
RUN /opt/keepcovered/bin/uv pip install --no-deps . && /opt/keepcovered/bin/uv pip uninstall uv pip setuptools || true

FROM python:3.11-slim-bookworm
RUN useradd --system --uid 10001 --home-dir /var/lib/keepcovered --create-home keepcovered
COPY --from=build /opt/keepcovered /opt/keepcovered
ENV PATH=/opt/keepcovered/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    KEEPCOVERED_DATA_DIR=/var/lib/keepcovered KEEPCOVERED_LOG_FORMAT=json
USER keepcovered
WORKDIR /var/lib/keepcovered
VOLUME /var/lib/keepcovered
EXPOSE 8000
HEALTHCHECK CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/readyz')"]
ENTRYPOINT ["keepcovered"]
CMD ["up", "--host", "0.0.0.0"]
