import { writeFileSync } from 'node:fs';
import { startManySubject } from './overhead/subject-many.js';

const [n, sessions, burners] = process.argv.slice(2).map(Number) as [number, number, number];
const s = await startManySubject(n, sessions, console.log);
const load = await s.startLoad(burners);
writeFileSync(
  '/tmp/sz/many.yaml',
  `instances:\n${s.urls.map((u, i) => `  - { name: server${i}, url: '${u}' }\n`).join('')}`,
  { mode: 0o600 },
);
writeFileSync('/tmp/sz/many.ready', '');
process.on('SIGTERM', async () => {
  load.kill('SIGKILL');
  await s.close();
  process.exit(0);
});
setInterval(() => {}, 1e6);
