/** From what was read to what a panel shows: pure, the same for every backend. */
import type { PanelKind } from '../contract/lab.ts';
import type { PanelContext, PanelShape, SectionSeed } from './context.ts';
import { connectionSections, connectionsShape } from './panel-connections.ts';
import { firewallSections, firewallShape } from './panel-firewall.ts';
import { interfacesShape, interfaceSections } from './panel-interfaces.ts';
import { neighbourSections, neighboursShape } from './panel-neighbours.ts';
import { routeSections, routesShape } from './panel-routes.ts';
import type { Raw } from './probes.ts';

const panels: Record<
  PanelKind,
  { shape: PanelShape; sections: (raw: Raw, context: PanelContext) => SectionSeed[] }
> = {
  neighbours: { shape: neighboursShape, sections: neighbourSections },
  routes: { shape: routesShape, sections: routeSections },
  interfaces: { shape: interfacesShape, sections: interfaceSections },
  firewall: { shape: firewallShape, sections: firewallSections },
  connections: { shape: connectionsShape, sections: connectionSections },
};

export const shapeOf = (kind: PanelKind): PanelShape => panels[kind].shape;

/** Never throws: what cannot be understood is left out. */
export function toSections(kind: PanelKind, raw: Raw, context: PanelContext): SectionSeed[] {
  return panels[kind].sections(raw, context);
}
