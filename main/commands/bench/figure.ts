/** One figure of the bench: ours and a reference, measured side by side in one run. */
export interface Figure {
  name: string;
  /** Milliseconds, unless `unit` says otherwise. */
  ours: number;
  /** What ours is compared with, or null where the bound is absolute. */
  reference: number | null;
  referenceName: string;
  unit: string;
  /** ours / reference, or ours itself where the bound is absolute. */
  value: number;
  bound: number;
  /** `at-most` for times, `at-least` for throughput. */
  sense: 'at-most' | 'at-least';
  met: boolean;
  /** Why it was not measured here, or null. */
  skipped: string | null;
}

export const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1
    ? (sorted[middle] ?? NaN)
    : ((sorted[middle - 1] ?? NaN) + (sorted[middle] ?? NaN)) / 2;
};

export function ratio(
  name: string,
  ours: number,
  reference: number,
  referenceName: string,
  bound: number,
  options: { unit?: string; sense?: Figure['sense'] } = {},
): Figure {
  const { unit = 'ms', sense = 'at-most' } = options;
  const value = ours / reference;
  return {
    name,
    ours,
    reference,
    referenceName,
    unit,
    value,
    bound,
    sense,
    met: sense === 'at-most' ? value <= bound : value >= bound,
    skipped: null,
  };
}

export function absolute(name: string, ours: number, bound: number, unit = 'ms'): Figure {
  return {
    name,
    ours,
    reference: null,
    referenceName: '',
    unit,
    value: ours,
    bound,
    sense: 'at-most',
    met: ours <= bound,
    skipped: null,
  };
}

export function notMeasured(name: string, why: string): Figure {
  return { ...absolute(name, NaN, NaN), met: false, skipped: why };
}
