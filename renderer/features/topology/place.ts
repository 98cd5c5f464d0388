/** Where the map draws nodes and links, for any number of columns and rows in any width. Pure. */
import type { LabMap, MapLink, MapNode } from '../../../main/contract/session.ts';

export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}
export interface PlacedNode {
  node: MapNode;
  box: Box;
}
export interface PlacedLink {
  link: MapLink;
  /** An SVG path from edge to edge. */
  path: string;
  /** The middle of the longest straight part, where a cut is drawn. */
  middle: { x: number; y: number };
  /** Room along that part, for names. */
  room: number;
  /** Where names go: left end, right end, and whether `from` is on the left. */
  left: { x: number; y: number };
  right: { x: number; y: number };
  fromIsLeft: boolean;
}
export interface Placed {
  width: number;
  height: number;
  nodes: PlacedNode[];
  links: PlacedLink[];
}

export interface Measures {
  rowHeight: number;
  nodeHeight: number;
  widestNode: number;
  padding: number;
}

/** Links between the same two nodes lie this far apart. */
const apart = 17;

export function place(map: LabMap, width: number, measures: Measures): Placed {
  const { rowHeight, nodeHeight, widestNode, padding } = measures;
  const columns = [...new Set(map.nodes.map(({ column }) => column))].sort((a, b) => a - b);
  const rows = [...new Set(map.nodes.map(({ row }) => row))].sort((a, b) => a - b);
  const pitch = (width - 2 * padding) / Math.max(1, columns.length);
  // The less room, the more of it for the nodes: their facts matter more than the names of wires.
  const share = pitch < widestNode * 1.05 ? 0.78 : pitch < widestNode * 1.37 ? 0.66 : 0.58;
  const nodeWidth = Math.max(56, Math.min(widestNode, pitch * share));
  const boxes = new Map<string, Box>();
  for (const node of map.nodes) {
    boxes.set(node.id, {
      x: padding + columns.indexOf(node.column) * pitch + (pitch - nodeWidth) / 2,
      y: padding + rows.indexOf(node.row) * rowHeight + (rowHeight - nodeHeight) / 2,
      width: nodeWidth,
      height: nodeHeight,
    });
  }
  return {
    width,
    height: 2 * padding + Math.max(1, rows.length) * rowHeight,
    nodes: map.nodes.flatMap((node) => {
      const box = boxes.get(node.id);
      return box ? [{ node, box }] : [];
    }),
    links: map.links.flatMap((link) => {
      const from = boxes.get(link.from);
      const to = boxes.get(link.to);
      if (!from || !to) return [];
      const offset = offsetOf(link, map.links);
      return [elbow(link, from, to, [...boxes.values()]) ?? connect(link, from, to, offset)];
    }),
  };
}

const pairOf = ({ from, to }: MapLink) => [from, to].sort().join('|');

/** Parallel links are spread around the middle line. */
function offsetOf(link: MapLink, all: readonly MapLink[]): number {
  const same = all.filter((each) => pairOf(each) === pairOf(link));
  return (same.indexOf(link) - (same.length - 1) / 2) * apart;
}

const middleX = (box: Box) => box.x + box.width / 2;
const middleY = (box: Box) => box.y + box.height / 2;

function connect(link: MapLink, from: Box, to: Box, offset: number): PlacedLink {
  const vertical = Math.abs(middleX(from) - middleX(to)) < 1;
  return vertical ? connectDown(link, from, to, offset) : connectAcross(link, from, to, offset);
}

/**
 * A link between rows runs along the row of one end and then up or down into the other, when nothing stands
 * in its way.
 */
function elbow(link: MapLink, from: Box, to: Box, all: readonly Box[]): PlacedLink | null {
  const sameRow = Math.abs(middleY(from) - middleY(to)) < 1;
  const sameColumn = Math.abs(middleX(from) - middleX(to)) < 1;
  if (sameRow || sameColumn) return null;
  const [lower, upper] = from.y > to.y ? [from, to] : [to, from];
  return (
    bend(link, lower, upper, all, lower === from) ?? bend(link, upper, lower, all, upper === from)
  );
}

function bend(
  link: MapLink,
  start: Box,
  end: Box,
  all: readonly Box[],
  startIsFrom: boolean,
): PlacedLink | null {
  const y = middleY(start);
  const x = middleX(end);
  const right = x > start.x;
  const x1 = right ? start.x + start.width : start.x;
  const edge = end.y > start.y ? end.y : end.y + end.height;
  const others = all.filter((box) => box !== start && box !== end);
  const [left, rightmost] = [Math.min(x1, x), Math.max(x1, x)];
  const [top, bottom] = [Math.min(y, edge), Math.max(y, edge)];
  const blocked = others.some(
    (box) =>
      (box.y < y &&
        y < box.y + box.height &&
        box.x < rightmost + 8 &&
        box.x + box.width > left - 8) ||
      (box.x < x && x < box.x + box.width && box.y < bottom && box.y + box.height > top),
  );
  if (blocked) return null;
  const radius = Math.min(8, bottom - top, rightmost - left);
  const across = right ? 1 : -1;
  const down = edge > y ? 1 : -1;
  return {
    link,
    path: `M${x1} ${y}H${x - across * radius}Q${x} ${y} ${x} ${y + down * radius}V${edge}`,
    middle: { x: (x1 + x) / 2, y },
    room: rightmost - left,
    left: { x: left + 5, y },
    right: { x: rightmost - 9, y },
    fromIsLeft: startIsFrom === right,
  };
}

function connectDown(link: MapLink, from: Box, to: Box, offset: number): PlacedLink {
  const [upper, lower] = from.y <= to.y ? [from, to] : [to, from];
  const x = middleX(upper) + offset;
  const [top, bottom] = [upper.y + upper.height, lower.y];
  const middle = { x, y: (top + bottom) / 2 };
  return {
    link,
    path: `M${x} ${top}V${bottom}`,
    middle,
    room: 0,
    left: middle,
    right: middle,
    fromIsLeft: true,
  };
}

function connectAcross(link: MapLink, from: Box, to: Box, offset: number): PlacedLink {
  const fromIsLeft = from.x < to.x;
  const [leftBox, rightBox] = fromIsLeft ? [from, to] : [to, from];
  const x1 = leftBox.x + leftBox.width;
  const x2 = rightBox.x;
  const y1 = middleY(leftBox) + offset;
  const y2 = middleY(rightBox) + offset;
  const straight = Math.abs(y1 - y2) < 1;
  // A link between rows goes across first, then turns next to the node on the right.
  const turn = x2 - 14;
  const radius = Math.min(7, Math.abs(y2 - y1) / 2);
  const down = y2 > y1 ? 1 : -1;
  const path = straight
    ? `M${x1} ${y1}H${x2}`
    : `M${x1} ${y1}H${turn - radius}Q${turn} ${y1} ${turn} ${y1 + down * radius}` +
      `V${y2 - down * radius}Q${turn} ${y2} ${turn + radius} ${y2}H${x2}`;
  const end = straight ? x2 : turn;
  return {
    link,
    path,
    middle: { x: (x1 + end) / 2, y: y1 },
    room: end - x1,
    left: { x: x1 + 5, y: y1 },
    right: { x: end - 5, y: y1 },
    fromIsLeft,
  };
}
