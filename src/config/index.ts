export { type ParsedConnection, parseConnectionString, splitSecret } from './connection-string.js';
export {
  addInstance,
  type Config,
  defaultConfigPath,
  type InstanceConfig,
  loadConfig,
  removeInstance,
} from './file.js';
export { expandService } from './service-file.js';
export { targetOf, withPooler } from './target.js';
export { parseDuration, parseSize, parseTime } from './units.js';
