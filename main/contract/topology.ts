/** Networks and nodes as a lab declares them (`lab.yaml`). Addresses are IPv4; names are those of names.ts. */
import { z } from 'zod';
import {
  Cidr,
  DnsName,
  InterfaceName,
  Ipv4,
  LabPath,
  LocalId,
  Mac,
  NodeId,
  NodePath,
  Port,
  SysctlKey,
  UserName,
} from './names.ts';

export const NetworkMode = z
  .enum(['nat', 'host-only', 'internal', 'bridged', 'container', 'lan'])
  .describe(
    'nat: behind the hypervisor; host-only: machines and the host; internal: machines only; bridged: on the LAN; container: a bridge on the host, as docker0; lan: real wires between host, router and internet',
  );

export const Network = z.strictObject({
  mode: NetworkMode,
  subnet: Cidr,
  device: InterfaceName.optional().describe(
    "host-only and container: the host's interface on this network",
  ),
  host: Ipv4.optional().describe(
    "the host's address on `device`; default: the first of the subnet",
  ),
});
export type Network = z.infer<typeof Network>;

export const Interface = z.strictObject({
  name: InterfaceName,
  network: LocalId,
  address: Ipv4.optional().describe('without it: by DHCP on nat networks, else none'),
  mac: Mac.optional(),
});
export type Interface = z.infer<typeof Interface>;

export const PlacedFile = z.strictObject({
  path: NodePath,
  from: LabPath.optional().describe("a file of the lab's folder"),
  content: z.string().max(100_000).optional(),
  mode: z
    .string()
    .regex(/^0?[0-7]{3}$/)
    .optional(),
});

export const PortForward = z.strictObject({
  name: LocalId,
  host: Ipv4.default('127.0.0.1'),
  hostPort: Port,
  guestPort: Port,
});

const common = {
  title: z.string().max(60).optional().describe('shown on the map; default: the id'),
  interfaces: z.array(Interface).max(8).default([]),
  gateway: Ipv4.optional().describe('default route'),
  dns: z.array(Ipv4).max(3).default([]).describe('written to /etc/resolv.conf'),
  sysctls: z.record(SysctlKey, z.string().regex(/^[0-9 ]{1,40}$/)).default({}),
  files: z.array(PlacedFile).max(50).default([]),
  user: UserName.optional().describe('whose shell a terminal opens'),
  place: z
    .strictObject({ column: z.number().int().min(0).max(9), row: z.number().int().min(0).max(5) })
    .optional()
    .describe('where the map draws it'),
};

export const HostNode = z.strictObject({ kind: z.literal('host'), ...common });

export const MachineNode = z.strictObject({
  kind: z.literal('machine').describe('a virtual machine that `vagrant up` starts'),
  ...common,
  box: z
    .string()
    .max(80)
    .optional()
    .describe('a Vagrant box; default: a maintained one, and in the sandbox what the article has'),
  forwards: z.array(PortForward).max(10).default([]),
  resolver: z.boolean().default(true).describe('runs systemd-resolved'),
});

export const ContainerNode = z.strictObject({
  kind: z.literal('container').describe('a container that `docker run` starts'),
  ...common,
  image: z.string().regex(/^[a-z0-9][a-z0-9./:_-]{0,100}$/),
});

export const RouterNode = z.strictObject({
  kind: z.literal('router'),
  ...common,
  masquerade: InterfaceName.optional().describe('the interface behind which the rest hides'),
  names: z.record(DnsName, Ipv4).default({}).describe('what its DNS server answers'),
});

export const ServerNode = z.strictObject({
  kind: z.literal('server').describe('something on the internet or the LAN that answers'),
  ...common,
  http: z
    .strictObject({ port: Port.default(80), page: LabPath.optional() })
    .optional()
    .describe('a web server with this page'),
});

export const NodeSpec = z.discriminatedUnion('kind', [
  HostNode,
  MachineNode,
  ContainerNode,
  RouterNode,
  ServerNode,
]);
export type NodeSpec = z.infer<typeof NodeSpec>;
export type MachineNode = z.infer<typeof MachineNode>;
export type ContainerNode = z.infer<typeof ContainerNode>;
export type HostNode = z.infer<typeof HostNode>;
export type RouterNode = z.infer<typeof RouterNode>;
export type ServerNode = z.infer<typeof ServerNode>;

export const Nodes = z.record(NodeId, NodeSpec);
export const Networks = z.record(LocalId, Network);
