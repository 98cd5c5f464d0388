/** Links that may leave the app, by host. Everything else is shown for the learner to copy. */
const hosts = [
  'leftasexercise.com',
  'github.com',
  'virtualbox.org',
  'vagrantup.com',
  'developer.hashicorp.com',
  'docs.docker.com',
  'docs.kernel.org',
  'man7.org',
  'manpages.debian.org',
  'netfilter.org',
  'netplan.io',
  'rfc-editor.org',
  'wikipedia.org',
];

export function isAllowedLink(url: string): boolean {
  let parsed: URL;
  try {
    parsed = new URL(url);
  } catch {
    return false;
  }
  const { protocol, hostname, username, password, port } = parsed;
  if (protocol !== 'https:' || username || password || port) return false;
  return hosts.some((host) => hostname === host || hostname.endsWith(`.${host}`));
}
