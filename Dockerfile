# Everything is installed in the first stage; the second carries only what runs: no compiler, no pip in its environment.
ARG BASE=python:3.11-slim
FROM ${BASE} AS builder
WORKDIR /src
ENV UV_SYSTEM_CERTS=true \
    UV_LINK_MODE=copy \
    UV_COMPILE_BYTECODE=true
COPY requirements requirements
# uv takes seconds where pip takes minutes; where uv cannot reach what pip is configured for, pip does it.
RUN python -m venv --without-pip /opt/venv \
    && python -m venv /opt/tools \
    && /opt/tools/bin/pip install --no-cache-dir --constraint requirements/dev.txt cyclonedx-bom hatchling uv \
    && { /opt/tools/bin/uv pip install --no-cache --python /opt/venv/bin/python --requirement requirements/image.txt \
    || /opt/tools/bin/pip --python /opt/venv/bin/python install --no-cache-dir --requirement requirements/image.txt; }
COPY pyproject.toml README.md LICENSE ./
COPY networks networks
COPY dispatch dispatch
RUN /opt/tools/bin/python -m pip wheel --no-cache-dir --no-deps --no-build-isolation --wheel-dir /wheels . \
    && /opt/tools/bin/pip --python /opt/venv/bin/python install --no-cache-dir --no-deps /wheels/*.whl \
    && /opt/tools/bin/cyclonedx-py environment --output-reproducible --output-file /opt/venv/sbom.json /opt/venv/bin/python \
    && find /opt/venv -type d -name tests -prune -exec rm -rf {} + \
    && mkdir --parents /state/hebei-dispatch

FROM ${BASE}
COPY --from=builder /opt/venv /opt/venv
# What is kept of runs lies in a volume of the user's own; what libraries keep for themselves goes to /tmp.
COPY --from=builder --chown=10001:10001 /state /var/lib/dispatch
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    HOME=/tmp \
    XDG_STATE_HOME=/var/lib/dispatch
WORKDIR /tmp
USER 10001:10001
VOLUME /var/lib/dispatch
EXPOSE 50051
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s --retries=3 CMD ["dispatch", "health", "--timeout=4"]
# Inside the container every address is its own; what of it is published, and to whom, is said outside (docs/deploy).
CMD ["dispatch", "serve", "--listen", "0.0.0.0:50051", "--insecure"]
