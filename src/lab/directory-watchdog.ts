// Its own program in a string: it must run alike from TypeScript sources and from dist. A postmaster that gets SIGQUIT
// ends its children itself; SIGKILL follows for what is left.
export const WATCHDOG = `
const fs = require('node:fs');
const directory = process.argv[1];
const pids = [];
let text = '', done = false;
process.stdin.on('data', (chunk) => {
  text += chunk;
  for (let end; (end = text.indexOf('\\n')) >= 0; text = text.slice(end + 1)) {
    const word = text.slice(0, end);
    if (word === 'done') done = true; else pids.push(Number(word));
  }
});
const signal = (name) => { for (const pid of pids) try { process.kill(pid, name); } catch {} };
process.stdin.on('close', () => {
  if (done) return;
  signal('SIGQUIT');
  setTimeout(() => { signal('SIGKILL'); setTimeout(() => fs.rmSync(directory, { recursive: true, force: true, maxRetries: 20 }), 300); }, 1500);
});
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(name, () => {});
`;
