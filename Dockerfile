# syntax=docker/dockerfile:1
FROM python:3.12-slim AS build
ARG EXTRAS=postgresql
RUN python -m venv /opt/expert-answers
WORKDIR /src
COPY pyproject.toml README.md LICENSE ./
COPY service service
RUN /opt/expert-answers/bin/pip install --no-cache-dir ".[$EXTRAS]"
COPY knowledge knowledge
RUN /opt/expert-answers/bin/expert-answers index --knowledge knowledge --data /var/lib/expert-answers

FROM python:3.12-slim
RUN useradd --system --uid 10001 --no-create-home expert
COPY --from=build /opt/expert-answers /opt/expert-answers
COPY --from=build --chown=expert /var/lib/expert-answers /var/lib/expert-answers
COPY knowledge /knowledge
ENV PATH=/opt/expert-answers/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    EXPERT_ANSWERS_HOST=0.0.0.0 \
    EXPERT_ANSWERS_PORT=8000 \
    EXPERT_ANSWERS_KNOWLEDGE=/knowledge \
    EXPERT_ANSWERS_DATA=/var/lib/expert-answers
USER expert
VOLUME /var/lib/expert-answers
EXPOSE 8000
# Not urllib: a proxy that is set for the container would be asked for the container itself.
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s \
    CMD ["python", "-c", "import http.client as h, os, sys; c = h.HTTPConnection('127.0.0.1', int(os.environ['EXPERT_ANSWERS_PORT']), timeout=2); c.request('GET', '/readyz'); sys.exit(c.getresponse().status != 200)"]
CMD ["expert-answers", "serve"]
