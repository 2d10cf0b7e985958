# Two stages: the first makes the wheel and a virtual environment from the hashed locks, the second only runs it.
FROM python:3.11-slim-bookworm AS build
WORKDIR /src
RUN python -m venv /opt/tools && /opt/tools/bin/pip install --no-cache-dir --disable-pip-version-check uv
COPY requirements.lock requirements-dev.lock ./
RUN /opt/tools/bin/uv pip sync --python /opt/tools/bin/python --require-hashes requirements-dev.lock \
 && python -m venv --without-pip /opt/keepcovered \
 && /opt/tools/bin/python -m uv pip install --python /opt/keepcovered/bin/python --require-hashes -r requirements.lock
COPY pyproject.toml README.md LICENSE alembic.ini ./
COPY app app
COPY channels channels
COPY schedules schedules
COPY migrations migrations
RUN /opt/tools/bin/python -m hatchling build -t wheel \
 && /opt/tools/bin/python -m uv pip install --python /opt/keepcovered/bin/python --no-deps dist/*.whl

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
