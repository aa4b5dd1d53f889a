import { ConfigError, configExitCode, loadConfig, secretsOf } from '@reprice/config';
import { createLogger } from '@reprice/telemetry';
import { startSimulator } from './server.ts';

async function main(): Promise<void> {
  const config = loadConfig(process.env, { process: 'simulator' });
  const logger = createLogger({ name: 'simulator', level: config.logLevel, secrets: secretsOf(config) });
  for (const warning of config.warnings) logger.warn(warning);
  const { host, models } = config;
  const { port, rpm } = config.simulator;
  // Each strategy knows the options of all models.
  const { modelOptions = {} } = Object.values(config.strategies)[0] ?? {};
  const simulator = await startSimulator({ host, port, rpm, apiKeys: config.gateway.apiKeys, models, modelOptions });

  let ends = false;
  const end = (): void => {
    if (ends) process.exit(0);
    ends = true;
    void simulator.close().then(() => process.exit(0));
  };
  process.on('SIGTERM', end);
  process.on('SIGINT', end);
  // The parent that started this process is gone, however it went.
  process.once('disconnect', () => process.exit(0));

  logger.info({ url: simulator.url }, 'ready');
  process.send?.({ ready: true, url: simulator.url });
}

main().catch((error: unknown) => {
  if (error instanceof ConfigError) {
    process.stderr.write(`${error.message}\n`);
    process.exit(configExitCode);
  }
  createLogger({ name: 'simulator' }).fatal({ err: error }, 'the simulator could not start');
  process.exit(1);
});
