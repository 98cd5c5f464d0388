import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { LabMap } from '../../../main/contract/session.ts';
import { place } from '../../../renderer/features/topology/place.ts';

const measures = { rowHeight: 60, nodeHeight: 50, widestNode: 170, padding: 6 };
const node = (id: string, column: number, row: number): LabMap['nodes'][number] => ({
  id,
  title: id,
  kind: 'machine',
  life: 'running',
  column,
  row,
  facts: [],
});
const link = (from: string, to: string, network = 'n'): LabMap['links'][number] => ({
  id: `${network}-${from}-${to}`,
  network,
  mode: 'lan',
  from,
  to,
  fromLabel: 'a0',
  toLabel: 'b0',
  state: 'up',
});

describe('place', () => {
  test('boxes stand inside the frame and do not overlap, however many there are', () => {
    const somewhere = fc.record({
      column: fc.integer({ min: 0, max: 9 }),
      row: fc.integer({ min: 0, max: 5 }),
    });
    fc.assert(
      fc.property(
        fc.uniqueArray(somewhere, {
          selector: ({ column, row }) => `${String(column)}/${String(row)}`,
          minLength: 1,
          maxLength: 12,
        }),
        fc.integer({ min: 600, max: 3000 }),
        (places, width) => {
          const nodes = places.map(({ column, row }, index) =>
            node(`n${String(index)}`, column, row),
          );
          const placed = place({ nodes, links: [] }, width, measures);
          placed.nodes.forEach(({ box }, index) => {
            expect(box.x).toBeGreaterThanOrEqual(0);
            expect(box.x + box.width).toBeLessThanOrEqual(width);
            expect(box.y + box.height).toBeLessThanOrEqual(placed.height);
            for (const { box: other } of placed.nodes.slice(index + 1)) {
              const apart =
                box.x + box.width <= other.x ||
                other.x + other.width <= box.x ||
                box.y + box.height <= other.y ||
                other.y + other.height <= box.y;
              expect(apart).toBe(true);
            }
          });
        },
      ),
    );
  });

  test('two wires between the same nodes lie side by side', () => {
    const map = {
      nodes: [node('a', 0, 0), node('b', 1, 0)],
      links: [link('a', 'b', 'x'), link('b', 'a', 'y')],
    };
    const [first, second] = place(map, 1000, measures).links;
    expect(Math.abs((first?.left.y ?? 0) - (second?.left.y ?? 0))).toBeGreaterThan(10);
    expect(first?.fromIsLeft).toBe(true);
    expect(second?.fromIsLeft).toBe(false);
  });

  test('a wire between rows ends under the other node', () => {
    const map = { nodes: [node('a', 0, 1), node('b', 1, 0)], links: [link('a', 'b')] };
    const placed = place(map, 1000, measures);
    const b = placed.nodes[1]?.box;
    expect(placed.links[0]?.path).toMatch(
      new RegExp(`V${String((b?.y ?? 0) + (b?.height ?? 0))}$`),
    );
  });

  test('a wire to a node that is not there is left out', () => {
    expect(
      place({ nodes: [node('a', 0, 0)], links: [link('a', 'zz')] }, 1000, measures).links,
    ).toEqual([]);
  });
});
