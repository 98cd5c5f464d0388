/**
 * The two ends, inside the host node, of the way from a terminal to the app: the program behind `vagrant`,
 * `docker` and `vboxmanage`, and the relay it speaks to. They use named pipes, because a socket cannot be
 * made from outside when the app runs as root (its id does not exist inside). Bash, run inside only.
 */

/** Longest request the kernel passes through a pipe in one piece: PIPE_BUF in pipe(7), less our words. */
const requestLimit = 4000;

const client = `#!/bin/bash
# Passes the command to Hoplab: the first character of each line of the answer says what it is.
args=("$@") reply= status=1 become=
id=$$.$RANDOM pipe=/run/hoplab/reply.$$.$RANDOM
pipe=/run/hoplab/reply.$id
mkfifo -m 600 "$pipe" 2>/dev/null || { echo "\${0##*/}: Hoplab does not answer" >&2; exit 1; }
exec 3<>"$pipe"
trap 'rm -f "$pipe"' EXIT
trap 'printf "cancel %s\\n" "$id" >/run/hoplab/ask; exit 130' INT TERM HUP
while :; do
  again= request=$(printf '%s\\0' "\${0##*/}" "$PWD" "\${SUDO_USER:-$USER}" "$reply" "\${args[@]}" | base64 -w0)
  if ((\${#request} > ${String(requestLimit)})); then echo "\${0##*/}: the command line is too long for the lab" >&2; exit 1; fi
  printf 'ask %s %s\\n' "$id" "$request" >/run/hoplab/ask
  while IFS= read -r -u 3 line; do
    case $line in
      1*) printf '%s\\n' "\${line:1}" ;;
      2*) printf '%s\\n' "\${line:1}" >&2 ;;
      \\?*) printf %s "\${line:1}" >&2; answer=N; read -r answer </dev/tty || :; reply=a$answer again=1 ;;
      x*) become=\${line:1} ;;
      e*) status=\${line:1}; break ;;
    esac
  done
  [[ $again ]] || break
done
if [[ $become ]]; then rm -f "$pipe"; exec 3>&-; eval "exec $become"; fi
exit "$status"
`;

export const relayPath = '/opt/hoplab/lib/relay';

/**
 * Runs on the host as long as the lab does: requests go to its output, and `id length` with that many bytes
 * from its input go to the client of that id, if it is still there.
 */
const relay = `export LC_ALL=C
chmod 1777 /run/hoplab; rm -f /run/hoplab/ask; mkfifo /run/hoplab/ask; chmod 666 /run/hoplab/ask
exec 3<>/run/hoplab/ask
cat <&3 &
while read -r id length; do
  IFS= read -r -N "$length" text || break
  [[ -p /run/hoplab/reply.$id ]] && printf %s "$text" 1<>"/run/hoplab/reply.$id"
done
kill $!
`;

/** Path below /opt/hoplab → content, for the host's own folder of programs. */
export const hostPrograms: Record<string, string> = {
  'host/vagrant': client,
  'host/docker': client,
  'host/vboxmanage': client,
  'host/VBoxManage': client,
  'lib/relay': relay,
};
