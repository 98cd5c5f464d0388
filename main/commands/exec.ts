/** `hoplab exec`: a fresh lab, one command on one node as a terminal there would run it, and away. */
import type { Verb } from './verb.ts';
import { LabFailure } from '../contract/failure.ts';
import type { NodeTransport } from '../transports/entered.ts';
import { start } from '../platform/run.ts';
import { makeWorkbench, readLab, takeBackend } from './workbench.ts';

export const exec: Verb = {
  usage: 'exec <lab-dir> <node> [--backend B] -- argv…',
  about: "runs argv on a node of a fresh lab; exit status is argv's",
  async run(args) {
    const at = args.indexOf('--');
    const { backend, rest } = takeBackend(at >= 0 ? args.slice(0, at) : args);
    const [dir, node, ...extra] = rest;
    const argv = at >= 0 ? args.slice(at + 1) : [];
    if (!dir || !node || extra.length > 0 || argv.length === 0) {
      console.error('usage: hoplab exec <lab-dir> <node> -- argv…');
      return 2;
    }
    const lab = await readLab(dir);
    if (!(node in lab.nodes))
      throw new LabFailure(
        'not-found',
        `${lab.id} has no node ${node}; it has ${Object.keys(lab.nodes).join(', ')}.`,
      );
    if (backend === 'vagrant')
      throw new LabFailure(
        'bad-request',
        'On this computer itself commands need no lab: type them.',
      );
    const bench = await makeWorkbench(lab, backend);
    const task = {
      signal: new AbortController().signal,
      progress: () => undefined,
      log: () => undefined,
    };
    try {
      await bench.backend.up(lab, task, { machines: true });
      const transport = bench.backend.transport(lab, node) as NodeTransport;
      const user = lab.nodes[node]?.user;
      const folder =
        lab.nodes[node]?.kind === 'host' && user ? `/home/${user}/${lab.folder}` : undefined;
      return await passThrough(transport, argv as [string, ...string[]], folder);
    } finally {
      await bench.backend.destroy(lab, task);
      await bench.dispose();
    }
  },
};

/** Output goes straight through; a signal's death is 128 + its number, as in a shell. */
function passThrough(
  transport: NodeTransport,
  argv: readonly [string, ...string[]],
  folder?: string,
): Promise<number> {
  const child = start(transport.asUser(argv, { folder }), { stdio: 'inherit' });
  return new Promise((resolve) => {
    child.once('error', () => {
      resolve(127);
    });
    child.once('close', (code) => {
      resolve(code ?? 137);
    });
  });
}
