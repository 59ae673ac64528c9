import { startPostgresServer } from '../src/lab/postgresql/index.js';
import { DatabaseResourceMonitor } from '../src/index.js';
await using s = await startPostgresServer({version:'18', preload:['pg_stat_statements'], extensions:['pg_stat_statements']});
const c = await s.connect();
await c.query('create table t(i int primary key, n int); insert into t select i,i from generate_series(1,50) i');
await using m = new DatabaseResourceMonitor();
await m.addDatabase({name:'db', type:'postgresql', connectionString: s.url()});
m.on('deadlockPredicted', (e) => { if (e.record.kind==='imminent') console.log('imminent', e.record.victimId, JSON.stringify(e.record.parties.map(p=>[p.sessionId,p.waitsFor])), e.record.expectedAtMs! - Date.now()); });
await m.start();
for (let k=0;k<6;k++) {
  const [a,b] = await Promise.all([s.connect(), s.connect()]);
  const pid = (x: any) => x.processID;
  await a!.query(`begin; update t set n=n+1 where i=${2*k+1}`);
  await b!.query(`begin; update t set n=n+1 where i=${2*k+2}`);
  const st = Date.now();
  const ends = [a!.query(`update t set n=n+1 where i=${2*k+2}`).then(()=>'ok', (e)=> `killed after ${Date.now()-st}`)];
  await new Promise(r=>setTimeout(r,200));
  ends.push(b!.query(`update t set n=n+1 where i=${2*k+1}`).then(()=>'ok', (e)=> `killed after ${Date.now()-st}`));
  await new Promise(r=>setTimeout(r,50));
  console.log((await c.query('select pid, waitstart::text from pg_locks where not granted')).rows);
  console.log('a', pid(a), 'b', pid(b), await Promise.all(ends));
  await a!.end(); await b!.end();
}
await c.end();
