/** Arithmetic on IPv4 addresses written as text. Callers pass what the schemas of contract/names.ts let through. */

/** `10.0.0.1` as an unsigned 32-bit number. */
export function toNumber(address: string): number {
  return address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
}

/** The reverse of `toNumber`. */
export function toAddress(value: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join('.');
}

export interface Subnet {
  /** The network's own address. */
  network: number;
  broadcast: number;
  prefix: number;
}

/** `192.168.50.4/24` → the subnet it lies in; the host part may be anything. */
export function toSubnet(cidr: string): Subnet {
  const [address = '0.0.0.0', bits = '32'] = cidr.split('/');
  const prefix = Number(bits);
  const size = 2 ** (32 - prefix);
  const network = Math.floor(toNumber(address) / size) * size;
  return { network, broadcast: network + size - 1, prefix };
}

/** `192.168.50.4/24` → `192.168.50.0/24`. */
export function canonicalCidr(cidr: string): string {
  const subnet = toSubnet(cidr);
  return `${toAddress(subnet.network)}/${String(subnet.prefix)}`;
}

export function contains(cidr: string, address: string): boolean {
  const { network, broadcast } = toSubnet(cidr);
  const value = toNumber(address);
  return value >= network && value <= broadcast;
}

/** The address `offset` places after the network's own: 1 is the first a machine may have. */
export function nth(cidr: string, offset: number): string {
  return toAddress(toSubnet(cidr).network + offset);
}

/**
 * Whether a machine may not have this address because it means the whole network or everyone on it.
 * A /31 has neither (RFC 3021), nor has a /32.
 */
export function isReserved(cidr: string, address: string): boolean {
  const { network, broadcast, prefix } = toSubnet(cidr);
  const value = toNumber(address);
  return prefix < 31 && (value === network || value === broadcast);
}
