export { type ParsedConnection, parseConnectionString, splitSecret } from './connection-string.js';
export { targetOf } from './target.js';
export { parseDuration, parseSize, parseTime } from './units.js';
