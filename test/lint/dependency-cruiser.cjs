/** Who may import whom: the design's borders, one rule each. */
const inside = (path) => `^${path}`;

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'no-orphans',
      severity: 'error',
      from: { orphan: true, pathNot: ['\\.d\\.ts$', '\\.mjs$', 'main/index\\.ts$'] },
      to: {},
    },
    {
      name: 'contract-imports-nothing-of-ours',
      severity: 'error',
      from: { path: inside('main/contract/') },
      to: { path: '^(main|renderer)/', pathNot: inside('main/contract/') },
    },
    {
      name: 'platform-knows-only-the-contract',
      severity: 'error',
      from: { path: inside('main/platform/') },
      to: { path: '^(main|renderer)/', pathNot: '^main/(platform|contract)/' },
    },
    {
      name: 'a-backend-imports-no-other-backend',
      severity: 'error',
      from: { path: '^main/backends/([^/]+)/' },
      to: { path: '^main/backends/[^/]+/', pathNot: '^main/backends/$1/' },
    },
    {
      name: 'a-world-imports-no-backend',
      severity: 'error',
      from: { path: inside('main/world/') },
      to: { path: '^main/backends/[^/]+/' },
    },
    {
      name: 'only-the-shell-imports-electron',
      severity: 'error',
      from: { path: '^(main|renderer)/', pathNot: '^main/(shell|preload)/|^main/index\\.ts$' },
      to: { path: '^(node_modules/)?electron(/|$)' },
    },
    {
      name: 'only-run-starts-processes',
      severity: 'error',
      from: { path: '^(main|renderer)/', pathNot: '^main/platform/run\\.ts$|\\.mjs$' },
      to: { path: '^(node:)?child_process$' },
    },
    {
      name: 'only-one-file-imports-node-pty',
      severity: 'error',
      from: { path: '^(main|renderer)/', pathNot: '^main/terminals/pty-session\\.ts$' },
      to: { path: 'node-pty' },
    },
    {
      name: 'nobody-imports-the-shell',
      severity: 'error',
      from: { path: '^(main|renderer)/', pathNot: '^main/shell/|^main/index\\.ts$' },
      to: { path: inside('main/shell/') },
    },
    {
      name: 'the-window-imports-only-contract-types',
      severity: 'error',
      from: { path: inside('renderer/') },
      to: { path: inside('main/'), pathNot: inside('main/contract/') },
    },
    {
      name: 'the-window-runs-nothing-of-the-contract-but-constants',
      severity: 'error',
      from: { path: inside('renderer/') },
      to: {
        path: inside('main/contract/'),
        pathNot: '^main/contract/(flow|channels|terminal)',
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'a-feature-imports-no-other-feature',
      severity: 'error',
      from: { path: '^renderer/features/([^/]+)/' },
      to: { path: '^renderer/features/[^/]+/', pathNot: '^renderer/features/$1/' },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: {
      extensions: ['.ts', '.vue', '.mjs', '.js', '.d.ts'],
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};
