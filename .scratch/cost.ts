import { readFileSync } from 'node:fs';
import { startPostgresServer } from '../src/lab/postgresql/index.js';
import { openHost } from '../src/host/index.js';
const v = (process.argv[2] ?? '18') as '18';
await using s = await startPostgresServer({version: v, settings:{max_connections: 1100, shared_buffers:'64MB'}});
const N = Number(process.argv[3] ?? 200);
const h = await s.connect();
await h.query('create table t(i int primary key, n int); insert into t select i,i from generate_series(1,10) i');
await h.query('begin; update t set n=3 where i=1');
const cs = [];
for (let i=0;i<1000;i++) cs.push(await s.connect());
for (const c of cs.slice(0,N)) c.query('begin; update t set n=4 where i=1').catch(()=>{});
for (const c of cs.slice(N)) c.query('begin; select * from t where i=2; select pg_sleep(1000)').catch(()=>{});
const e = await s.connect();
const host = openHost();
const pid = (e as any).processID;
console.log('connected', performance.now()); await new Promise(r=>setTimeout(r,3000));
const dir = 'src/engines/postgresql/queries/';
const base = readFileSync(dir+`locks/${v==='12'?12:14}.sql`,'utf8');
const fn = 'FROM pg_stat_get_activity(NULL) AS s';
const few = base.replace(fn, 'FROM (SELECT DISTINCT i.pid FROM involved AS i WHERE i.pid IS NOT NULL) AS i CROSS JOIN LATERAL pg_stat_get_activity(i.pid) AS s');
for (const [name, sql] of [['base', base], ['few', few]] as const) {
  for (const prep of [false, true]) {
  const q = () => prep ? e.query({name, text: sql, values: []}) : e.query({text: sql, values: []});
  for (let i=0;i<3;i++) await q();
  const cpu0 = host.readProcesses([pid]).get(pid)!.cpuNs, t0 = performance.now(), u0=process.cpuUsage();
  let rows = 0;
  for (let i=0;i<5;i++) rows = (await q()).rows.length;
  const cpu = (host.readProcesses([pid]).get(pid)!.cpuNs - cpu0)/5e6;
  const u=process.cpuUsage(u0);
  console.log(name, prep?'prepared':'', 'rows', rows, 'cpu ms', cpu.toFixed(2), 'wall', ((performance.now()-t0)/5).toFixed(2), 'own cpu', ((u.user+u.system)/5e3).toFixed(2));
  }
}
console.log((await e.query('explain analyze '+readFileSync(dir+`locks/${v==='12'?12:14}.sql`,'utf8').replace(/^--.*$/gm,''))).rows.map((r:any)=>r['QUERY PLAN']).join('\n'));
for (const c of [h,e,...cs]) c.end().catch(()=>{});
host.close();
process.exitCode=0; setTimeout(()=>process.exit(),3000).unref();
