# Written with care, built nowhere yet: no image is built in this repository's checks.
# The image holds the core and the bundled plugins; the database is another service, so the extra `embedded` is left out.
FROM python:3.12-slim AS build
WORKDIR /source
SHELL ["/bin/bash", "-o", "pipefail", "-c"]
COPY . .
RUN python -m venv /opt/tenon \
    && /opt/tenon/bin/pip install --no-cache-dir . \
    && find plugins -mindepth 2 -maxdepth 2 -name pyproject.toml -printf '%h\0' | xargs -0 /opt/tenon/bin/pip install --no-cache-dir

FROM python:3.12-slim
RUN useradd --system --uid 10001 --home-dir /var/lib/tenon --create-home tenon
COPY --from=build /opt/tenon /opt/tenon
ENV PATH=/opt/tenon/bin:$PATH PYTHONUNBUFFERED=1 TENON_ENV=production TENON_DATA_DIR=/var/lib/tenon
USER 10001
WORKDIR /var/lib/tenon
VOLUME /var/lib/tenon
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s CMD ["python", "-c", "import http.client as h; c = h.HTTPConnection('127.0.0.1', 8000, timeout=4); c.request('GET', '/health/ready'); raise SystemExit(c.getresponse().status != 200)"]
ENTRYPOINT ["tenon"]
CMD ["serve", "--host", "0.0.0.0", "--port", "8000"]
