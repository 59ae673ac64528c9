/** One row of /proc/<pid>/net/tcp or tcp6; addresses as in the file (hex, host byte order by 32-bit word). */
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
        localAddress,
        localPort: Number.parseInt(localPort, 16),
        remoteAddress,
        remotePort: Number.parseInt(remotePort, 16),
        listening: fields[3] === '0A',
        inode: fields[9] as string,
      };
    });
}
