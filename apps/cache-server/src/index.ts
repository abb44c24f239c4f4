export { type Config, configSchema } from './config.ts';
export { type RunningServer, startServer } from './server.ts';
