/** Reads a node's kernel through two resident processes: `ip -batch` and a shell that runs the other tools by name. */
import type { Transport } from '../transports/transport.ts';
import { batchLines, guards, probes, type ProbeId, type Raw } from './probes.ts';
import { byLine, byMark, Resident } from './resident.ts';

/**
 * Answers a name from the closed list and nothing else. `pulse` starts no process: mapfile and printf are built in, so asking
 * every second whether anything has moved costs next to nothing. /proc/net/tcp is not asked: the kernel walks its whole
 * hash table for it, milliseconds each time.
 */
const shell = `
export LC_ALL=C
while read -r name; do
  case $name in
${Object.entries(probes)
  .filter(([id]) => !(id in batchLines))
  .map(([id, argv]) => `    ${id}) ${guards[id as ProbeId] ?? 'true'} && ${argv.join(' ')} ;;`)
  .join('\n')}
    pulse)
      out=
      for file in snmp dev sockstat sockstat6 ip_tables_names; do
        [ -r /proc/net/$file ] && mapfile lines < /proc/net/$file && printf -v text '%s' "@$file
" "\${lines[@]}" && out+=$text
      done
      printf '%s' "$out" ;;
  esac 2>/dev/null
  printf '\\036\\n'
done`;

/** What has moved since the last pulse. */
export interface Pulse {
  /** IP packets went in, out or through: counters of rules may have grown. */
  packets: string;
  sockets: string;
  /** Bytes on interfaces. */
  devices: string;
  /** Tables of the older iptables, which no monitor tells of. */
  legacyTables: string;
}

export class NodeReader {
  readonly #transport: Transport;
  readonly #ip: Resident;
  readonly #shell: Resident;

  /** Rejects nothing and throws LabFailure `node-down` when the node is not running. */
  constructor(transport: Transport, onEnd: () => void) {
    this.#transport = transport;
    let ended = false;
    const end = () => {
      if (ended) return;
      ended = true;
      this.close();
      onEnd();
    };
    const batch = ['ip', '-s', '-d', '-j', '-force', '-batch', '-'] as const;
    this.#ip = new Resident(transport.spawn(batch), byLine, end);
    this.#shell = new Resident(transport.spawn(['bash', '-c', shell]), byMark, end);
  }

  /** Texts of these probes. Rejects with LabFailure when the node goes. */
  async read(ids: readonly ProbeId[]): Promise<Raw> {
    const texts = await Promise.all(
      ids.map((id) => {
        const line = batchLines[id];
        if (this.#transport.readsAsRoot?.(probes[id])) return this.#asRoot(id);
        return line === undefined ? this.#shell.ask(id) : this.#ip.ask(line);
      }),
    );
    return Object.fromEntries(ids.map((id, index) => [id, texts[index]]));
  }

  /** What the learner may not read is left out where there is more to show, and otherwise said. */
  async #asRoot(id: ProbeId): Promise<string> {
    try {
      return (await this.#transport.exec(probes[id])).stdout;
    } catch (error) {
      if (id === 'conntrack' || id === 'legacy' || id === 'nft') return '';
      throw error;
    }
  }

  async pulse(): Promise<Pulse> {
    return parsePulse(await this.#shell.ask('pulse'));
  }

  close(): void {
    this.#ip.close();
    this.#shell.close();
  }
}

/** Columns of `Tcp:` in /proc/net/snmp: opens, failures, resets and how many are established (RFC 4022). */
const tcpOpens = { from: 5, to: 10 } as const;

/**
 * Of sockets only counts that move when one comes, goes or changes its state. Memory in sockstat is that of the whole
 * machine and would wake everybody all the time.
 */
export function parsePulse(text: string): Pulse {
  const pulse: Pulse = { packets: '', sockets: '', devices: '', legacyTables: '' };
  let file = '';
  for (const line of text.split('\n')) {
    if (line.startsWith('@')) file = line.slice(1);
    else if (file === 'ip_tables_names') pulse.legacyTables += ` ${line}`;
    else if (file === 'dev') pulse.devices += line;
    else if (line.startsWith('Ip:')) pulse.packets += line;
    else if (line.startsWith('Tcp:')) {
      pulse.sockets += line.split(' ').slice(tcpOpens.from, tcpOpens.to).join(' ');
    } else if (file.startsWith('sockstat')) {
      const counts = [...line.matchAll(/(?:inuse|tw) (\d+)/g)].map((found) => found[1]);
      pulse.sockets += ` ${counts.join(' ')}`;
    }
  }
  return pulse;
}
