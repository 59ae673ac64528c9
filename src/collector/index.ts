export { InstanceLoop, type InstanceStatus } from './instance-loop.js';
export type { CollectorPorts, Emit } from './ports.js';
export { runTicker } from './ticker.js';
