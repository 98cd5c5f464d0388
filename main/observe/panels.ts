/** From what was read to what a panel shows: pure, the same for every backend. */
import type { PanelKind } from '../contract/lab.ts';
import type { PanelContext, PanelShape, SectionSeed } from './context.ts';
import { connectionSections, connectionsShape } from './panel-connections.ts';
import { firewallNotice, firewallSections, firewallShape } from './panel-firewall.ts';
import { interfacesShape, interfaceSections } from './panel-interfaces.ts';
import { neighbourSections, neighboursShape } from './panel-neighbours.ts';
import { routeSections, routesShape } from './panel-routes.ts';
import type { Raw } from './probes.ts';

interface Panel {
  shape: PanelShape;
  sections: (raw: Raw, context: PanelContext) => SectionSeed[];
  notice?: (raw: Raw) => string | null;
}

const panels: Record<PanelKind, Panel> = {
  neighbours: { shape: neighboursShape, sections: neighbourSections },
  routes: { shape: routesShape, sections: routeSections },
  interfaces: { shape: interfacesShape, sections: interfaceSections },
  firewall: { shape: firewallShape, sections: firewallSections, notice: firewallNotice },
  connections: { shape: connectionsShape, sections: connectionSections },
};

export const shapeOf = (kind: PanelKind): PanelShape => panels[kind].shape;

/** Never throws: what cannot be understood is left out. */
export function toSections(kind: PanelKind, raw: Raw, context: PanelContext): SectionSeed[] {
  return panels[kind].sections(raw, context);
}

/** What is to be known besides the rows, or null. Never throws. */
export function noticeOf(kind: PanelKind, raw: Raw): string | null {
  return panels[kind].notice?.(raw) ?? null;
}
