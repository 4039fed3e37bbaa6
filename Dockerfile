# The wheel is built and installed in the first stage; the second carries only what runs.
FROM python:3.11-slim AS builder
WORKDIR /src
RUN python -m venv /opt/venv
COPY requirements requirements
RUN /opt/venv/bin/pip install --no-cache-dir --requirement requirements/runtime.txt \
    && pip install --no-cache-dir --constraint requirements/dev.txt hatchling
COPY pyproject.toml README.md LICENSE ./
COPY networks networks
COPY dispatch dispatch
RUN pip wheel --no-cache-dir --no-deps --no-build-isolation --wheel-dir /wheels . \
    && /opt/venv/bin/pip install --no-cache-dir --no-deps /wheels/*.whl

FROM python:3.11-slim
COPY --from=builder /opt/venv /opt/venv
# The user has no home: what libraries keep for themselves goes to /tmp.
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    HOME=/tmp
WORKDIR /tmp
USER 10001
EXPOSE 50051
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 CMD ["python", "-c", "\
import grpc, sys; \
from grpc_health.v1 import health_pb2, health_pb2_grpc; \
stub = health_pb2_grpc.HealthStub(grpc.insecure_channel('127.0.0.1:50051')); \
sys.exit(stub.Check(health_pb2.HealthCheckRequest(), timeout=4).status != health_pb2.HealthCheckResponse.SERVING)"]
# Inside the container every address is its own; what of it is published, and to whom, is said outside (README).
CMD ["dispatch", "serve", "--listen", "0.0.0.0:50051", "--insecure"]
