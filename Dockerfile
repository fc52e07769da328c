# The image of `closedloop api`, `closedloop worker` and the one-shot commands. It
# has no Postgres in it: `closedloop up` is for a machine, this is for a cluster.
# It builds with every builder, Debian's old one included.

FROM golang:1.26-bookworm AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
ARG VERSION=dev
RUN CGO_ENABLED=0 go build -trimpath -buildvcs=false -ldflags "-s -w -X main.version=${VERSION}" \
    -o /out/closedloop ./cmd/closedloop

FROM debian:bookworm-slim
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY --from=build /out/closedloop /usr/local/bin/closedloop
RUN useradd --system --uid 10001 --user-group --home-dir /var/lib/closedloop --create-home closedloop
USER 10001:10001
WORKDIR /var/lib/closedloop

# Reachable from outside the container; therefore without the demo organisation,
# whose password everybody knows.
ENV CLOSEDLOOP_LISTEN=0.0.0.0:8080 \
    CLOSEDLOOP_ADMIN_LISTEN=127.0.0.1:9090 \
    CLOSEDLOOP_DATA_DIR=/var/lib/closedloop \
    CLOSEDLOOP_DEMO_ENABLED=false \
    CLOSEDLOOP_LOG_FORMAT=json
EXPOSE 8080

# Every long-running part answers /readyz on its admin address, the API too.
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
    CMD ["closedloop", "doctor", "--ready", "http://127.0.0.1:9090/readyz"]
ENTRYPOINT ["closedloop"]
CMD ["api"]
