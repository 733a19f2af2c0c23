# One image for every assembly; FEATURES says which features a container runs.
# Other bases do as well: a Debian with Python 3.11 or newer, and `python` and `pip` among its commands.
ARG PYTHON_IMAGE=public.ecr.aws/docker/library/python:3.13-slim

# Where a machine needs its own package index or certificates, the secrets `pip.conf` and `ca.pem` bring them in for
# one step and leave nothing of them in any layer.
FROM ${PYTHON_IMAGE} AS packages
COPY requirements.txt /build/
RUN --mount=type=secret,id=pip.conf,target=/etc/pip.conf \
    --mount=type=secret,id=ca.pem,target=/etc/ssl/certs/ca-certificates.crt \
    python -m venv --without-pip /venv && \
    python -m pip --python /venv/bin/python install --no-cache-dir --require-hashes \
        --requirement /build/requirements.txt
# What runs has Python and no other command: no shell, no package manager, nothing to climb with.
COPY tools/bare_root.py /build/
RUN python /build/bare_root.py /bare /venv
COPY app /srv/app
# The root file system is read-only later: nothing could be compiled then.
RUN python -m compileall -q --invalidation-mode unchecked-hash /srv/app


# The local cloud and the site, for compose.yaml alone.
FROM ${PYTHON_IMAGE} AS rehearsal
COPY requirements-cloud.txt /build/
RUN --mount=type=secret,id=pip.conf,target=/etc/pip.conf \
    --mount=type=secret,id=ca.pem,target=/etc/ssl/certs/ca-certificates.crt \
    python -m venv --without-pip /venv && \
    python -m pip --python /venv/bin/python install --no-cache-dir --require-hashes \
        --requirement /build/requirements-cloud.txt && \
    install --directory --owner=10001 --group=10001 --mode=700 /data /credentials
COPY cfn /srv/cfn
COPY ops /srv/ops
COPY emulator/ecs_emulator /srv/ecs_emulator
COPY static-site /srv/static-site
WORKDIR /srv
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 LOCAL_DIR=/data CREDENTIALS_DIR=/credentials
USER 10001:10001
VOLUME /data /credentials
EXPOSE 4566 8080
CMD ["python", "-m", "ops.local.cloud_service"]


FROM scratch AS production
ARG VERSION=unknown
ARG COMMIT=unknown
LABEL org.opencontainers.image.title="Mythical Mysfits" \
      org.opencontainers.image.description="The adoption platform's API" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${COMMIT}"
COPY --from=packages /bare /
COPY --from=packages /srv /srv
WORKDIR /srv
ENV PATH=/venv/bin PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 SERVICE_VERSION=${VERSION} \
    SERVICE_COMMIT=${COMMIT}
# By number, so that whoever starts the container can see that it is not root.
USER 10001:10001
EXPOSE 8080
# ECS asks the load balancer instead; this is for `docker ps` and compose.
HEALTHCHECK --interval=5s --timeout=3s --start-period=15s --retries=3 CMD ["python", "-c", "\
import http.client, os; \
c = http.client.HTTPConnection('127.0.0.1', int(os.environ.get('PORT') or 8080), timeout=2); \
c.request('GET', '/health'); \
raise SystemExit(c.getresponse().status != 200)"]
CMD ["python", "-m", "app"]
