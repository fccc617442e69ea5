# The grader in a container, as docs/teaching/container.md uses it: docker build -t coursekit-grader .
FROM python:3.11-slim-bookworm AS base

RUN apt-get update \
 && apt-get install --yes --no-install-recommends bubblewrap libseccomp2 \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --create-home --uid 1000 coursekit

# For .devcontainer/devcontainer.json: what `make lab` and `make test` need beside.
FROM base AS workshop

RUN apt-get update \
 && apt-get install --yes --no-install-recommends chromium fonts-dejavu-core git make postgresql \
 && rm -rf /var/lib/apt/lists/*
USER 1000

FROM base AS grader

WORKDIR /opt/coursekit
COPY pyproject.toml constraints.txt README.md LICENSE LICENSE-lessons ./
COPY coursekit coursekit
COPY notebooks notebooks
COPY solutions solutions
COPY benchmarks/results benchmarks/results
# PyTorch without its GPU libraries: notebooks are graded on the processor.
ARG TORCH_INDEX=https://download.pytorch.org/whl/cpu
RUN python -m pip install --no-cache-dir --extra-index-url "$TORCH_INDEX" --constraint constraints.txt ".[teach,torch]"

# No cell and no page is cached anywhere but in the course's folder, which belongs to who starts the container.
ENV HOME=/tmp OMP_NUM_THREADS=1 PYTHONUNBUFFERED=1
WORKDIR /course
USER 1000
ENTRYPOINT ["coursekit"]
CMD ["doctor"]
