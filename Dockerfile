# syntax=docker/dockerfile:1
FROM python:3.12-slim AS build
ARG EXTRAS=postgresql,tracing
RUN python -m venv --without-pip /opt/expert-answers
WORKDIR /src
COPY pyproject.toml README.md LICENSE ./
COPY service service
RUN python -m pip --python /opt/expert-answers/bin/python install --no-cache-dir ".[$EXTRAS]"
COPY knowledge knowledge
RUN /opt/expert-answers/bin/expert-answers index --knowledge knowledge --data /var/lib/expert-answers

FROM python:3.12-slim
# What only installs other things is of use to nobody but an intruder. The standard library comes uncompiled, and nobody
# may write here later: each start and each HEALTHCHECK would compile it.
RUN python -m pip uninstall --yes --root-user-action ignore pip \
 && rm -r /usr/local/lib/python3.*/ensurepip \
 && python -m compileall -q /usr/local/lib/python3.* \
 && useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin expert
COPY --from=build /opt/expert-answers /opt/expert-answers
COPY --from=build --chown=10001:10001 /var/lib/expert-answers /var/lib/expert-answers
COPY knowledge /knowledge
# Nothing but the volume is written, so the root file system can be read-only.
ENV PATH=/opt/expert-answers/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    TMPDIR=/var/lib/expert-answers \
    EXPERT_ANSWERS_HOST=0.0.0.0 \
    EXPERT_ANSWERS_PORT=8000 \
    EXPERT_ANSWERS_KNOWLEDGE=/knowledge \
    EXPERT_ANSWERS_DATA=/var/lib/expert-answers
USER 10001
VOLUME /var/lib/expert-answers
EXPOSE 8000
# Not urllib: a proxy that is set for the container would be asked for the container itself.
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s \
    CMD ["python", "-c", "import http.client as h, os, sys; c = h.HTTPConnection('127.0.0.1', int(os.environ['EXPERT_ANSWERS_PORT']), timeout=2); c.request('GET', '/readyz'); sys.exit(c.getresponse().status != 200)"]
CMD ["expert-answers", "serve"]
