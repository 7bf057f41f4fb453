# The storefront is built and committed (frontend/dist), so Go alone makes the image.
FROM golang:1.26-bookworm AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN CGO_ENABLED=0 go build -trimpath -buildvcs=false -ldflags='-s -w' -o /out/zique ./api \
 && mkdir /out/data

# Nothing but the binary, the certificate authorities and the time zones.
FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /usr/local/go/lib/time/zoneinfo.zip /zoneinfo.zip
COPY --from=build /out/zique /zique
COPY --from=build --chown=65532:65532 /out/data /data
ENV ZONEINFO=/zoneinfo.zip \
    ZIQUE_ADDR=:8080 \
    ZIQUE_DATA=/data
USER 65532:65532
VOLUME /data
EXPOSE 8080
# The image holds no shell and no curl: let the orchestrator ask over HTTP.
# /livez answers 200 while the process serves, /readyz while its engines answer too.
ENTRYPOINT ["/zique"]
CMD ["serve"]
