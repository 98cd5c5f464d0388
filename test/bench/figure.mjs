/** Figures as `hoplab bench` prints them (main/commands/bench/figure.ts). */
const figure = (name, ours, reference, referenceName, unit, value, bound, sense) => ({
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
});

/** `value` is ours itself. */
export const absolute = (name, ours, bound, unit = 'ms') =>
  figure(name, ours, null, '', unit, ours, bound, 'at-most');

/** `value` is ours divided by the reference. */
export const ratio = (name, ours, reference, referenceName, bound, unit, sense) =>
  figure(name, ours, reference, referenceName, unit, ours / reference, bound, sense);

/** `value` is what ours takes more than the reference. */
export const above = (name, ours, reference, referenceName, bound, unit) =>
  figure(name, ours, reference, referenceName, unit, ours - reference, bound, 'at-most');

export const notMeasured = (name, why) => ({
  ...absolute(name, 0, 0),
  ours: null,
  value: null,
  bound: null,
  met: false,
  skipped: why,
});

/** `share` 0.5 is the median, 0.95 what nineteen of twenty stay below. */
export function percentile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)];
}

export const median = (values) => percentile(values, 0.5);
