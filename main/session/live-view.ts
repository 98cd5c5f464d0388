/** What is read of a lab's nodes for the map and for the text: addresses, links, forwarding, NAT. */
import type { Lab } from '../contract/lab.ts';
import type { LabMap, NodeLife } from '../contract/session.ts';
import { fill, valuesOf, type Values } from '../labs/values.ts';
import type { Transport } from '../transports/transport.ts';
import { drawMap, readFacts, type NodeFacts } from './live-map.ts';

export class LiveView {
  map: LabMap = { nodes: [], links: [] };
  values: Values;

  constructor(private readonly lab: Lab) {
    this.values = valuesOf(lab);
  }

  /** Reads every running node, all at once. A node that cannot be read is drawn without facts. */
  async look(
    lives: ReadonlyMap<string, NodeLife>,
    transport: (node: string) => Transport,
  ): Promise<void> {
    const facts = new Map<string, NodeFacts | null>();
    await Promise.all(
      [...lives].map(async ([id, life]) => {
        if (life !== 'running') return;
        facts.set(id, await readFacts(transport(id), this.lab.nodes[id]?.kind ?? ''));
      }),
    );
    this.map = drawMap(this.lab, lives, facts);
    this.values = { ...this.values, ...valuesOf(this.lab, this.found(facts)) };
  }

  /** A text with the running lab's values in its templates. */
  fill(text: string): string {
    return fill(text, this.values);
  }

  /** The node that holds this address now. */
  nodeOf(address: string): string | null {
    return (
      this.map.nodes.find((node) => node.facts.some((fact) => fact.endsWith(` ${address}`)))?.id ??
      null
    );
  }

  private found(facts: ReadonlyMap<string, NodeFacts | null>) {
    return [...facts].flatMap(([node, read]) =>
      (this.lab.nodes[node]?.interfaces ?? []).flatMap((card) => {
        const link = read?.links.find((item) => item.ifname === card.name);
        const address = link?.addr_info?.find((info) => info.family === 'inet')?.local;
        if (!link) return [];
        return [
          {
            node,
            network: card.network,
            ifname: link.ifname,
            ...(address && { address }),
            ...(link.address && { mac: link.address }),
          },
        ];
      }),
    );
  }
}
