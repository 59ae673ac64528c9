import { spawnSync } from 'node:child_process';
import { readdirSync, readlinkSync } from 'node:fs';
import type { ClientEndpoint, ClientProcess } from '../core/host.js';
import { describeProcess, readText } from './describe.js';
import { parseTcp, tcpAddressOf } from './parse/sockets.js';

/** A scan of every process's descriptors costs tens of milliseconds with a thousand backends: one serves all lookups of this long. */
const SCAN_EVERY_MS = 30_000;

/** Inodes of the sockets at both ends of a connection, and the client's address. */
interface Ends {
  readonly address: string;
  readonly clientInode: string;
  readonly serverInode: string;
}

/**
 * Which local process holds the other end of a session's connection. TCP: the row of /proc/net/tcp whose ports are
 * the session's the other way round names an inode, and a descriptor of some process is that socket. Unix sockets:
 * /proc does not tell peers, `ss -xp` (iproute2) does. Other users' descriptors need root.
 */
export class Clients {
  #owners = new Map<string, number>();
  #unixPeers = new Map<string, number>();
  readonly #tables = new Map<
    string,
    { readonly readAt: number; readonly ends: ReadonlyMap<number, readonly Ends[]> }
  >();
  readonly #described = new Map<number, ClientProcess>();
  #describedAt = Number.NEGATIVE_INFINITY;
  #scannedAt = Number.NEGATIVE_INFINITY;

  constructor(private readonly root: string) {}

  find(endpoint: ClientEndpoint): ClientProcess | null {
    const pid =
      endpoint.port === null ? this.#unixClient(endpoint) : this.#tcpClient(endpoint, endpoint.port);
    return pid === null ? null : this.#describe(pid);
  }

  /** A pool's process is the client of hundreds of sessions. */
  #describe(pid: number): ClientProcess | null {
    if (performance.now() - this.#describedAt > SCAN_EVERY_MS) {
      this.#described.clear();
      this.#describedAt = performance.now();
    }
    const known = this.#described.get(pid);
    if (known !== undefined) return known;
    const process = describeProcess(this.root, pid);
    if (process === null) return null;
    const client = { pid, command: process.command, container: process.container };
    this.#described.set(pid, client);
    return client;
  }

  /**
   * Connections to two servers may have the same client port: the server's end tells which is meant, also where the other
   * one is not in the table yet (not accepted, or begun since it was read).
   */
  #tcpClient(endpoint: ClientEndpoint, port: number): number | null {
    // A client elsewhere may have the port of a connection within this host. A name instead of an address tells nothing.
    const address = tcpAddressOf(endpoint.address ?? '');
    for (const ends of this.#connections(endpoint.serverPid).get(port) ?? []) {
      const client = address === null || ends.address === address ? this.#owner(ends.clientInode) : null;
      if (client !== null && this.#holds(endpoint.serverPid, ends.serverInode)) return client;
    }
    return null;
  }

  /** Its children may have inherited the socket, and the scan knows one owner of each. */
  #holds(pid: number, inode: string): boolean {
    return this.#owner(inode) === pid || socketInodes(this.root, pid).includes(inode);
  }

  /**
   * Connections by client port, for the network namespace of the server. With a thousand connections the table takes
   * milliseconds to read: one reading serves all lookups of some seconds.
   */
  #connections(serverPid: number): ReadonlyMap<number, readonly Ends[]> {
    const namespace = linkOf(`${this.root}/${serverPid}/ns/net`);
    const known = this.#tables.get(namespace);
    if (known !== undefined && performance.now() - known.readAt < SCAN_EVERY_MS) return known.ends;
    const rows = ['tcp', 'tcp6']
      .flatMap((name) => parseTcp(readText(`${this.root}/${serverPid}/net/${name}`)))
      .filter(({ listening, inode }) => !listening && inode !== '0');
    const byLocalEnd = new Map(
      rows.map((row) => [`${row.localAddress}:${row.localPort}/${row.remotePort}`, row.inode]),
    );
    const ends = new Map<number, Ends[]>();
    for (const row of rows) {
      // The client's end of a connection within this namespace: the other end is in the table too.
      const serverInode = byLocalEnd.get(`${row.remoteAddress}:${row.remotePort}/${row.localPort}`);
      if (serverInode === undefined) continue;
      ends.set(row.localPort, [
        ...(ends.get(row.localPort) ?? []),
        { address: row.localAddress, clientInode: row.inode, serverInode },
      ]);
    }
    this.#tables.set(namespace, { readAt: performance.now(), ends });
    return ends;
  }

  #unixClient(endpoint: ClientEndpoint): number | null {
    this.#refresh();
    for (const inode of socketInodes(this.root, endpoint.serverPid)) {
      const peer = this.#unixPeers.get(inode);
      if (peer !== undefined && peer !== endpoint.serverPid) return peer;
    }
    return null;
  }

  #owner(inode: string): number | null {
    if (!this.#owners.has(inode)) this.#refresh();
    return this.#owners.get(inode) ?? null;
  }

  #refresh(): void {
    const now = performance.now();
    if (now - this.#scannedAt < SCAN_EVERY_MS) return;
    this.#scannedAt = now;
    this.#owners = new Map();
    for (const name of readdirSync(this.root)) {
      if (!/^\d+$/.test(name)) continue;
      for (const inode of socketInodes(this.root, Number(name))) this.#owners.set(inode, Number(name));
    }
    this.#unixPeers = unixPeers(this.#owners);
  }
}

function socketInodes(root: string, pid: number): string[] {
  try {
    const directory = `${root}/${pid}/fd`;
    return readdirSync(directory).flatMap(
      (name) => /^socket:\[(\d+)\]$/.exec(linkOf(`${directory}/${name}`))?.[1] ?? [],
    );
  } catch {
    return [];
  }
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}

/** Server's inode to the client's pid, from lines `u_str ESTAB 0 0 <path> <inode> * <peer inode> …`. */
function unixPeers(owners: ReadonlyMap<string, number>): Map<string, number> {
  const peers = new Map<string, number>();
  const listing = spawnSync('ss', ['-xnH'], { encoding: 'utf8', timeout: 500, maxBuffer: 16 << 20 });
  for (const [, inode = '', peer = ''] of (listing.stdout ?? '').matchAll(
    /^u_str\s+ESTAB\s.*?(\d+)\s+\*\s+(\d+)/gm,
  )) {
    const owner = owners.get(peer);
    if (owner !== undefined) peers.set(inode, owner);
  }
  return peers;
}
