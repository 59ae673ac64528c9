/**
 * One row of /proc/<pid>/net/tcp or tcp6; addresses as in the file (hex, each 32-bit word in the byte order of x86 and ARM),
 * but IPv4 as IPv4 where a socket of both kinds has it mapped: the other end may be a plain one.
 */
export interface TcpRow {
  readonly localAddress: string;
  readonly localPort: number;
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly listening: boolean;
  readonly inode: string;
}

export function parseTcp(text: string): TcpRow[] {
  return text
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields.length >= 10)
    .map((fields) => {
      const [localAddress = '', localPort = '0'] = (fields[1] as string).split(':');
      const [remoteAddress = '', remotePort = '0'] = (fields[2] as string).split(':');
      return {
        localAddress: unmapped(localAddress),
        localPort: Number.parseInt(localPort, 16),
        remoteAddress: unmapped(remoteAddress),
        remotePort: Number.parseInt(remotePort, 16),
        listening: fields[3] === '0A',
        inode: fields[9] as string,
      };
    });
}

/** An address as rows have it; null when it is none but a name. */
export function tcpAddressOf(address: string): string | null {
  const v4 = /^(?:::ffff:)?(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (v4 !== undefined) return words(v4.split('.').map(Number));
  if (!/^[\da-f]*:[\da-f:]*(%.*)?$/i.test(address)) return null;
  const [head = '', tail] = address.replace(/%.*$/, '').split('::');
  const [before, after] = [groups(head), groups(tail ?? '')];
  const all = [...before, ...new Array<number>(8 - before.length - after.length).fill(0), ...after];
  return words(all.flatMap((group) => [group >> 8, group & 255]));
}

const MAPPED = '0000000000000000FFFF0000';

function unmapped(hex: string): string {
  return hex.startsWith(MAPPED) ? hex.slice(MAPPED.length) : hex;
}

function groups(text: string): number[] {
  return text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16));
}

/** Bytes as hex digits, each four of them the other way round. */
function words(bytes: readonly number[]): string {
  const swapped = bytes.map((_, index) => bytes[(index & ~3) + 3 - (index & 3)] as number);
  return Buffer.from(swapped).toString('hex').toUpperCase();
}
