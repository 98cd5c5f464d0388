/**
 * The computer's own Docker: a real engine in the computer's namespaces, with docker0 and its rules there, and an image
 * `nginx:latest` made on the spot, so that `docker run nginx:latest` needs no registry.
 */
import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  rmdirSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import {
  fetchDaemons,
  welcomePage,
  type FoundDaemons,
} from '../../../main/backends/sandbox/daemons.ts';
import { defaultCacheDir } from '../../../main/platform/paths.ts';
import { bringEngineParts } from '../../../main/setup/docker-engine.ts';
import type { Computer } from './computer.ts';

/** Starts the engine. It ends with the computer; its control groups do when `close` is called after that. */
export async function startDocker(computer: Computer): Promise<{ close(): Promise<void> }> {
  const parts = await bringEngineParts(defaultCacheDir(), () => undefined);
  const group = computer.folder.replace(/.*\//, '').toLowerCase();
  const path = [...parts.path, computer.env['PATH'] ?? ''].join(':');
  const image = await makeImage(computer);
  const { code, stdout, stderr } = await computer.bash(
    `set -e
     for folder in ${parts.path.map((folder) => `"${folder}"`).join(' ')}; do for file in "$folder"/*; do ln -sf "$file" /usr/bin/; done; done
     setsid dockerd --data-root /var/lib/docker --exec-root /run/docker --pidfile /run/docker.pid --host unix:///run/docker.sock \\
       --cgroup-parent ${group} --log-level error </dev/null >/var/log/docker.log 2>&1 &
     for ((n = 0; n < 300; n++)); do docker version >/dev/null 2>&1 && break; sleep 0.05; done
     docker version >/dev/null 2>&1 || { cat /var/log/docker.log; exit 1; }
     docker import --change 'EXPOSE 80' --change 'STOPSIGNAL SIGQUIT' --change 'CMD ["nginx", "-g", "daemon off;"]' ${image} nginx:latest`,
    { env: { PATH: path } },
  );
  if (code !== 0) throw new Error(`dockerd: ${stdout}${stderr}`);
  return { close: () => removeGroups(group) };
}

/** The official image's shape: nginx in the foreground, its page where people expect it. */
async function makeImage(computer: Computer): Promise<string> {
  const daemons = await fetchDaemons(defaultCacheDir(), () => undefined);
  const root = join(computer.folder, 'nginx-image');
  const files: Record<string, string> = {
    'etc/passwd':
      'root:x:0:0:root:/root:/bin/bash\nnginx:x:101:101:nginx:/nonexistent:/bin/false\n',
    'etc/group': 'root:x:0:\nnginx:x:101:\n',
    'etc/nginx/nginx.conf': `user nginx;
worker_processes 1;
error_log /dev/stderr notice;
pid /run/nginx.pid;
events { worker_connections 1024; }
http {
  access_log /dev/stdout;
  default_type text/html;
  server { listen 80; server_name localhost; location / { root /usr/share/nginx/html; index index.html; } }
}
`,
    'usr/share/nginx/html/index.html': await welcomePage(daemons),
  };
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  }
  for (const folder of [
    'var/lib/nginx',
    'var/log/nginx',
    'run',
    'tmp',
    'root',
    'usr/bin',
    'usr/sbin',
  ])
    mkdirSync(join(root, folder), { recursive: true });
  const nginx = onThisMachine(daemons, daemons.nginx ?? '');
  copyProgram(root, nginx, '/usr/sbin/nginx', daemons);
  for (const name of ['bash', 'cat', 'ls', 'id', 'env', 'sleep', 'hostname'])
    copyProgram(root, `/usr/bin/${name}`, `/usr/bin/${name}`, daemons);
  for (const name of ['bin', 'sbin', 'lib', 'lib64'])
    execFileSync('ln', ['-sfn', `usr/${name}`, join(root, name)]);
  execFileSync('ln', ['-s', 'bash', join(root, 'usr/bin/sh')]);
  const file = join(computer.folder, 'nginx.tar');
  execFileSync('tar', ['-cf', file, '-C', root, '.']);
  return file;
}

/** Daemons are named as nodes of the sandbox see them. */
const onThisMachine = ({ folder }: FoundDaemons, path: string): string =>
  path.replace('/opt/hoplab/daemons', folder ?? '');

/** With the libraries it names, at the places it names. */
function copyProgram(root: string, from: string, to: string, daemons: FoundDaemons): void {
  copyFileSync(from, join(root, to));
  const libraries = execFileSync('ldd', [from], {
    encoding: 'utf8',
    env: { ...process.env, LD_LIBRARY_PATH: onThisMachine(daemons, daemons.libraries) },
  });
  for (const [, path = ''] of libraries.matchAll(/(?:=> |^\s*)(\/\S+) \(0x/gm)) {
    const place = path.replace(/^\/(lib|lib64)\//, '/usr/$1/');
    const target = join(
      root,
      place.startsWith('/usr') ? place : `/usr/lib/${place.replace(/.*\//, '')}`,
    );
    mkdirSync(dirname(target), { recursive: true });
    if (!existsSync(target)) copyFileSync(path, target);
  }
}

/** A group goes when its last process has: those of containers are still on their way out. Where it lies depends on the controller. */
async function removeGroups(group: string): Promise<void> {
  const places = (): string[] =>
    execFileSync('find', ['/sys/fs/cgroup', '-type', 'd', '-name', group], { encoding: 'utf8' })
      .split('\n')
      .filter(Boolean);
  for (let n = 0, left = places(); n < 200 && left.length > 0; n += 1, left = places()) {
    left.forEach(removeGroup);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

function removeGroup(folder: string): void {
  try {
    for (const entry of readdirSync(folder, { withFileTypes: true }))
      if (entry.isDirectory()) removeGroup(join(folder, entry.name));
    rmdirSync(folder);
  } catch {
    // Gone, or not empty yet.
  }
}
