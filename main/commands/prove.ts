/** `hoplab prove`: solves every step for real and shows that undoing leaves nothing. */
import type { Verb } from './verb.ts';
import { prove, type Proof } from '../session/prove.ts';
import { makeWorkbench, readLab, takeBackend } from './workbench.ts';

export const proveCommand: Verb = {
  usage: 'prove <lab-dir> [--backend B] [--json]',
  about: 'solves every step and undoes everything; exit 1 when a check disagrees',
  async run(args) {
    const json = args.includes('--json');
    const { backend, rest } = takeBackend(args);
    const dirs = rest.filter((word) => !word.startsWith('--'));
    const [dir] = dirs;
    if (!dir || dirs.length !== 1) {
      console.error('hoplab prove: name one lab folder');
      return 2;
    }
    const lab = await readLab(dir);
    const bench = await makeWorkbench(lab, backend);
    try {
      const proof = await prove(bench.session, lab, {
        tidy: () => bench.backend.tidy(bench.session.lab),
        onStep: (step, index) => {
          if (!json) console.log(stepText(step, index));
        },
      });
      console.log(json ? JSON.stringify(proof, null, 2) : summary(proof));
      return proof.ok ? 0 : 1;
    } finally {
      await bench.dispose();
    }
  },
};

function stepText(step: Proof['steps'][number], index: number): string {
  const checks = step.checks.map(
    (check) =>
      `     ${check.ok ? 'ok ' : 'BAD'} ${check.id}: ${check.before} → ${check.after}${check.ok ? '' : ` (${check.found})`}`,
  );
  return [
    `${step.ok ? 'ok ' : 'BAD'} ${String(index + 1)}. ${step.title}`,
    ...checks,
    ...(step.error ? [`     ${step.error}`] : []),
  ].join('\n');
}

function summary(proof: Proof): string {
  const baseline =
    proof.baseline === 'identical'
      ? 'identical'
      : `differs\n${proof.baseline.map((line) => `  ${line}`).join('\n')}`;
  return `${proof.ok ? 'ok' : 'NOT PROVED'}: ${proof.lab}, up in ${String(Math.round(proof.timings.up))} ms, ${String(Math.round(proof.timings.total))} ms in all\nbaseline: ${baseline}`;
}
