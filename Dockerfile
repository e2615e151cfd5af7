# One image for the services (target `service`), one for the provider simulator (target `simulator`). There is no build
# step: Node runs the TypeScript by type stripping.
FROM node:24-slim AS base
WORKDIR /app
# What the simulator writes here is read by the services; a volume mounted here takes over the owner.
RUN mkdir /simulator && chown node:node /simulator
COPY package.json package-lock.json .npmrc ./

# Without optional packages: they are the embedded PostgreSQL's binaries and other clients of Google's. No install script is
# needed either: the only one of use brings a Node, which the image has.
FROM base AS dependencies
RUN npm ci --omit=dev --omit=optional --ignore-scripts

FROM base AS simulator-dependencies
RUN npm ci --include=dev --omit=optional --ignore-scripts

FROM base AS service
ENV NODE_ENV=production HOST=0.0.0.0 PORT=8080 NODE_OPTIONS=--max-semi-space-size=64
COPY --from=dependencies /app/node_modules node_modules
COPY src src
COPY channels channels
COPY schedulers schedulers
COPY dashboards/clinic dashboards/clinic
USER node
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/healthz`).then(({ok}) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "src/bin/api.ts"]

FROM base AS simulator
COPY --from=simulator-dependencies /app/node_modules node_modules
COPY loadtests/provider-simulator loadtests/provider-simulator
USER node
EXPOSE 8090 8443 2525
HEALTHCHECK --interval=5s --timeout=5s --start-period=20s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:8090/faults').then(({ok}) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "loadtests/provider-simulator/main.ts", "--host", "0.0.0.0", "--advertise", "simulator", "--http-port", "8090", "--fcm-port", "8443", "--smtp-port", "2525", "--webpush-port", "8444", "--dir", "/simulator"]
