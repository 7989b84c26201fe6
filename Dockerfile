# syntax=docker/dockerfile:1
# Builds Mordomo with a JDK, runs it on a Java runtime as a user without rights.
# The database is not in here: see compose.yaml, or give DATABASE_URL.

FROM maven:3-eclipse-temurin-25 AS build
WORKDIR /build
# The libraries first: they change less often than the sources, so this layer is kept.
COPY pom.xml ./
COPY .mvn .mvn
RUN --mount=type=cache,target=/root/.m2 mvn -q -B -ntp dependency:go-offline
COPY conf conf
COPY docs docs
COPY migrations migrations
COPY web-demo web-demo
COPY src/main src/main
RUN --mount=type=cache,target=/root/.m2 \
    mvn -q -B -ntp -Dmaven.test.skip=true -Dspotless.check.skip -Djacoco.skip package

FROM eclipse-temurin:25-jre
LABEL org.opencontainers.image.title="Mordomo" \
      org.opencontainers.image.licenses="Apache-2.0"
# curl asks for the server's health.
RUN apt-get update \
    && apt-get install -y --no-install-recommends curl \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --user-group --uid 10001 --no-create-home --shell /usr/sbin/nologin mordomo \
    && install -d -o mordomo -g mordomo -m 700 /data
WORKDIR /opt/mordomo
COPY conf/java.options conf/java-cluster.options ./
COPY --from=build /build/target/lib lib
COPY --from=build /build/target/mordomo.jar mordomo.jar
USER mordomo
# All addresses of the container: what the world may reach is said where its port is published.
ENV MORDOMO_DATA=/data \
    MORDOMO_GATEWAY_HOST=0.0.0.0 \
    PORT=8080 \
    MALLOC_ARENA_MAX=2
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s --retries=3 \
    CMD curl -fsS "http://127.0.0.1:${PORT}/health/ready" || exit 1
# `exec` makes Java process 1, which gets the container's signals; unlike an ENTRYPOINT of java alone,
# a shell can split MORDOMO_JAVA_OPTS into words. `run --cluster` has libraries and options of its own.
ENTRYPOINT ["/bin/sh", "-c", "options=; libraries='mordomo.jar:lib/*'; case \" $* \" in *' --cluster '*) options=@java-cluster.options; libraries=\"$libraries:lib/cluster/*\" ;; esac; exec java @java.options $options $MORDOMO_JAVA_OPTS -cp \"$libraries\" dev.mordomo.Main \"$@\"", "mordomo"]
CMD ["run"]
