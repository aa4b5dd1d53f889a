# One image for all processes; the command says which: apps/api/src/main.ts, apps/worker/src/main.ts,
# apps/feed/src/main.ts, apps/sinks/src/main.ts or apps/simulator/src/main.ts. Configured by the environment alone.

# Of the workspaces only their package.json: an edited source file must not install everything again.
FROM node:24-bookworm-slim AS manifests
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
COPY apps ./apps
COPY packages ./packages
RUN find apps packages -type f ! -name package.json -delete

FROM node:24-bookworm-slim AS dependencies
WORKDIR /app
COPY --from=manifests /app ./
# Without test tools, and without the Node that is carried for machines that have an older one.
RUN npm ci --omit=dev -w apps/api -w apps/worker -w apps/feed -w apps/sinks -w apps/simulator -w apps/cli --loglevel=error

FROM node:24-bookworm-slim
ENV NODE_ENV=production HOST=0.0.0.0
WORKDIR /app
COPY --from=dependencies /app ./
COPY LICENSE ./
COPY apps ./apps
COPY packages ./packages
USER node
EXPOSE 8080 9464
# On SIGTERM a worker finishes its calls in flight, for 30 s at most: give it longer than that before SIGKILL.
STOPSIGNAL SIGTERM
ENTRYPOINT ["node"]
CMD ["apps/api/src/main.ts"]
