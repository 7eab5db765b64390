# syntax=docker/dockerfile:1
# The frame worker: pulls tasks from the frames queue, writes previews beside the media.
# Build it at the project's root:
#   docker build -f infra/worker.Dockerfile -t showrunner-worker .
#
# Pin the base by digest for a build that can be repeated (its digest can only be
# looked up where the image can be pulled; `docker buildx imagetools inspect NAME`
# shows it): --build-arg PYTHON_IMAGE=python:3.13-slim-bookworm@sha256:...
ARG PYTHON_IMAGE=python:3.13-slim-bookworm

FROM ${PYTHON_IMAGE} AS build
WORKDIR /source
COPY pyproject.toml README.md LICENSE ./
COPY layers layers
COPY local local
RUN python -m venv /opt/showrunner \
 && /opt/showrunner/bin/pip install --no-cache-dir '.[aws]'

FROM ${PYTHON_IMAGE}
# An ffmpeg that decodes on NVIDIA, Intel and AMD; the driver's libraries come from
# the host, through NVIDIA's container toolkit. Check the package by naming its
# SHA-256: --build-arg FFMPEG_SHA256=...
ARG FFMPEG_VERSION=7.1.3-6
ARG FFMPEG_SHA256=
ADD https://github.com/jellyfin/jellyfin-ffmpeg/releases/download/v${FFMPEG_VERSION}/jellyfin-ffmpeg7_${FFMPEG_VERSION}-bookworm_amd64.deb /tmp/ffmpeg.deb
RUN if [ -n "$FFMPEG_SHA256" ]; then echo "$FFMPEG_SHA256  /tmp/ffmpeg.deb" | sha256sum --check; fi \
 && apt-get update \
 && apt-get install --yes --no-install-recommends /tmp/ffmpeg.deb \
 && rm -rf /tmp/ffmpeg.deb /var/lib/apt/lists/*

COPY --from=build /opt/showrunner /opt/showrunner
COPY functions/frames/main.py infra/worker_health.py /opt/showrunner/

RUN useradd --uid 1000 --create-home worker
USER worker
ENV PATH=/opt/showrunner/bin:/usr/lib/jellyfin-ffmpeg:$PATH \
    PYTHONUNBUFFERED=1 \
    NVIDIA_VISIBLE_DEVICES=all \
    NVIDIA_DRIVER_CAPABILITIES=compute,video,utility
# The worker tells what it does at least every 20 s; a minute of silence is one too many.
HEALTHCHECK --interval=60s --timeout=20s --start-period=60s --retries=2 \
    CMD ["python", "/opt/showrunner/worker_health.py"]
STOPSIGNAL SIGTERM
CMD ["python", "/opt/showrunner/main.py"]
