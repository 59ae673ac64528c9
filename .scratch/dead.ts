import { startPostgresServer } from '../src/lab/postgresql/index.js';
import { DatabaseResourceMonitor } from '../src/index.js';
const version = (process.argv[2] ?? '18') as '18';
await using s = await startPostgresServer({version, preload:['pg_stat_statements'], extensions:['pg_stat_statements']});
const c = await s.connect();
await c.query('create table t(i int primary key, n int); insert into t select i,i from generate_series(1,50) i');
await using m = new DatabaseResourceMonitor();
await m.addDatabase({name:'db', type:'postgresql', connectionString: s.url()});
let t0 = 0; let predicted: any[] = [], happened: any[] = [], killedAt = 0, victim='';
m.on('deadlockPredicted', (e) => { if (e.record.kind==='imminent') predicted.push([performance.now(), e.record]); });
m.on('deadlock', (e) => happened.push(e.record));
m.on('contention', (e)=> console.log('contention', (performance.now()-t0).toFixed(0), e.rootId, e.resource.key));
await m.start();
for (let k=0;k<8;k++) {
  const n = 2 + (k % 3);
  const cs = await Promise.all(Array.from({length:n}, () => s.connect()));
  for (const [i, x] of cs.entries()) await x.query(`begin; update t set n=n+1 where i=${k*5+i+1}`);
  await new Promise(r=>setTimeout(r, Math.random()*1000));
  t0 = performance.now(); predicted=[]; killedAt=0;
  const all = [];
  for (const [i, x] of cs.entries()) { all.push(x.query(`update t set n=n+1 where i=${k*5+((i+1)%n)+1}`).catch(()=>{ killedAt=performance.now(); victim=String((x as any).processID); }).then(()=>x.query('rollback'))); await new Promise(r=>setTimeout(r, 60)); }
  await Promise.all(all);
  const p = predicted[0];
  console.log(n, 'killed', (killedAt-t0).toFixed(0), victim, 'predicted', p ? (p[0]-t0).toFixed(0)+' '+p[1].victimId+' lead '+(killedAt-p[0]).toFixed(0) : null);
  for (const x of cs) await x.end();
}
await new Promise(r=>setTimeout(r,2500));
console.log(happened.length, JSON.stringify(happened[0], null, 1)?.slice(0, 1500));
console.table((await m.getOverhead({database:'db'})).items);
await c.end();
