export { type ParsedConnection, parseConnectionString, splitSecret, TLS_MODES } from './connection-string.js';
export { type ConnectionFields, misfit, urlOfFields, withTls } from './fields.js';
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
