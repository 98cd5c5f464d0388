/** How Docker 28 prints what it knows of a container: both the old and the new place of its address. Pure. */
import type { PublishedPort } from '../container-engine.ts';

export interface ContainerFacts {
  id: string;
  name: string;
  image: string;
  created: Date;
  started: Date;
  running: boolean;
  pid: number;
  ports: PublishedPort[];
  /** Empty while it is not running. */
  address: string;
  prefix: number;
  gateway: string;
  mac: string;
}

/** An object of `docker inspect`. Docker 29 dropped the address beside Networks; 28 has it in both places. */
export function inspect(facts: ContainerFacts): Record<string, unknown> {
  const ports = Object.fromEntries([
    ['80/tcp', null],
    ...facts.ports.map(
      (port) =>
        [
          `${String(port.containerPort)}/tcp`,
          facts.running ? [{ HostIp: port.hostAddress, HostPort: String(port.hostPort) }] : null,
        ] as const,
    ),
  ]);
  const endpoint = {
    IPAMConfig: null,
    Links: null,
    Aliases: null,
    MacAddress: facts.mac,
    DriverOpts: null,
    GwPriority: 0,
    NetworkID: '',
    EndpointID: '',
    Gateway: facts.gateway,
    IPAddress: facts.address,
    IPPrefixLen: facts.address ? facts.prefix : 0,
    IPv6Gateway: '',
    GlobalIPv6Address: '',
    GlobalIPv6PrefixLen: 0,
    DNSNames: null,
  };
  return {
    Id: facts.id,
    Created: facts.created.toISOString(),
    Path: '/docker-entrypoint.sh',
    Args: ['nginx', '-g', 'daemon off;'],
    State: {
      Status: facts.running ? 'running' : 'exited',
      Running: facts.running,
      Paused: false,
      Restarting: false,
      OOMKilled: false,
      Dead: false,
      Pid: facts.pid,
      ExitCode: 0,
      Error: '',
      StartedAt: facts.started.toISOString(),
    },
    Name: `/${facts.name}`,
    Config: { Hostname: facts.id.slice(0, 12), Image: facts.image, ExposedPorts: { '80/tcp': {} } },
    NetworkSettings: {
      Bridge: '',
      SandboxID: '',
      SandboxKey: facts.running ? `/run/docker/${facts.id.slice(0, 12)}/net` : '',
      Ports: ports,
      Gateway: facts.gateway,
      IPAddress: facts.address,
      IPPrefixLen: endpoint.IPPrefixLen,
      MacAddress: facts.mac,
      Networks: { bridge: endpoint },
    },
  };
}

const published = (facts: ContainerFacts): string =>
  facts.running
    ? facts.ports
        .map(
          (port) =>
            `${port.hostAddress}:${String(port.hostPort)}->${String(port.containerPort)}/tcp`,
        )
        .join(', ') || '80/tcp'
    : '';

/** `docker ps`: columns as wide as their widest cell, three spaces between (docker/cli, formatter). */
export function psTable(all: ContainerFacts[], now: Date): string[] {
  const rows = [
    ['CONTAINER ID', 'IMAGE', 'COMMAND', 'CREATED', 'STATUS', 'PORTS', 'NAMES'],
    ...all.map((facts) => [
      facts.id.slice(0, 12),
      facts.image,
      '"/docker-entrypoint.…"',
      `${ago(facts.created, now)} ago`,
      facts.running ? `Up ${ago(facts.started, now)}` : 'Exited (0)',
      published(facts),
      facts.name,
    ]),
  ];
  const widths =
    rows[0]?.map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length))) ?? [];
  return rows.map((row) =>
    row
      .map((cell, column) =>
        column === row.length - 1 ? cell : cell.padEnd((widths[column] ?? 0) + 3),
      )
      .join(''),
  );
}

/** Docker's words for a time span (docker/go-units, HumanDuration). */
export function ago(then: Date, now: Date): string {
  const seconds = Math.floor((now.getTime() - then.getTime()) / 1000);
  if (seconds < 1) return 'Less than a second';
  if (seconds === 1) return '1 second';
  if (seconds < 60) return `${String(seconds)} seconds`;
  const minutes = Math.floor(seconds / 60);
  if (minutes === 1) return 'About a minute';
  if (minutes < 60) return `${String(minutes)} minutes`;
  const hours = Math.round(minutes / 60);
  return hours === 1 ? 'About an hour' : `${String(hours)} hours`;
}

/** The few Go templates people use with inspect; null for any other. */
export function template(format: string, value: Record<string, unknown>): string | null {
  const range =
    /^\{\{ ?range(?: \$\w+, ?\$\w+ :=)? ?\.NetworkSettings\.Networks ?\}\}\{\{ ?\.(\w+) ?\}\}\{\{ ?end ?\}\}$/.exec(
      format,
    );
  if (range) {
    const networks = at(value, ['NetworkSettings', 'Networks']) as Record<
      string,
      Record<string, unknown>
    >;
    return Object.values(networks)
      .map((network) => printed(network[range[1] ?? '']))
      .join('');
  }
  const holes = [...format.matchAll(/\{\{([^}]*)\}\}/g)].map(([, inner = '']) => inner);
  if (!holes.every((inner) => hole.test(inner))) return null;
  return format.replace(/\{\{([^}]*)\}\}/g, (_, inner: string) => {
    const [, json, path = ''] = hole.exec(inner) ?? [];
    const found = at(value, path.split('.').filter(Boolean));
    return json ? JSON.stringify(found) : printed(found);
  });
}

/** `.A.B`, or `json .A`. */
const hole = /^ ?(json )?\.([A-Za-z.]*) ?$/;

function at(value: unknown, path: string[]): unknown {
  return path.reduce<unknown>(
    (inner, key) =>
      typeof inner === 'object' && inner !== null
        ? (inner as Record<string, unknown>)[key]
        : undefined,
    value,
  );
}

function printed(value: unknown): string {
  if (value === undefined || value === null) return '<no value>';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
