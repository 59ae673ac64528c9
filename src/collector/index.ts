export { Budget } from './budget.js';
export { InstanceLoop, type InstanceStatus } from './instance-loop.js';
export { OwnShare } from './own-share.js';
export type { CollectorPorts, Emit } from './ports.js';
export { runTicker } from './ticker.js';
