/**
 * Start-up files of a node's interactive shells: prompt, `cd lab1` from anywhere, and the marks by which the
 * app learns what was typed and how it ended: OSC 7713 `ran;node;exit;base64` (exit -1: it has begun) and
 * `prompt;node`. The mark of the prompt is its last part, because only then does a shell read what is typed.
 */
import type { NodeSpec } from '../contract/topology.ts';

type Kind = NodeSpec['kind'];

/** Colours of the terminal's palette, the ones the window gives these nodes. */
const colours: Record<Kind, { ansi: string; name: string }> = {
  host: { ansi: '34', name: 'blue' },
  machine: { ansi: '35', name: 'magenta' },
  container: { ansi: '36', name: 'cyan' },
  router: { ansi: '33', name: 'yellow' },
  server: { ansi: '32', name: 'green' },
};

export function bashrc(node: string, kind: Kind): string {
  return `# Interactive shells of ${node}.
case $- in *i*) ;; *) return ;; esac
shopt -s checkwinsize histappend
HISTCONTROL= HISTSIZE=5000 HISTFILESIZE=5000
# "cd lab1" finds the lab's folder from anywhere, also from inside it.
CDPATH=.:~
PS1='\\[\\e[1;${colours[kind].ansi}m\\]\\u@\\h\\[\\e[0m\\]:\\[\\e[1;34m\\]\\w\\[\\e[0m\\]\\$ \\[\\e]7713;prompt;${node}\\a\\]'
alias ls='ls --color=auto' grep='grep --color=auto' ll='ls -l'
${bashMarks(node)}PROMPT_COMMAND=__hoplab_prompt
`;
}

/** Functions that say what is typed and how it ended. */
const bashMarks = (node: string): string =>
  `__hoplab_line() { local line; line=$(HISTTIMEFORMAT= history 1); line=\${line#"\${line%%[![:space:]]*}"}; line=\${line#* }; printf %s "\${line#"\${line%%[![:space:]]*}"}" | base64 -w0; }
__hoplab_begin() { printf '\\e]7713;ran;%s;-1;%s\\a' ${node} "$(__hoplab_line)"; }
__hoplab_prompt() {
  local status=$?
  if [[ \${__hoplab_last:-} != "\${HISTCMD}" && -n \${__hoplab_last:-} ]]; then printf '\\e]7713;ran;%s;%s;%s\\a' ${node} "$status" "$(__hoplab_line)"; fi
  __hoplab_last=$HISTCMD
  return "$status"
}
PS0='$(__hoplab_begin)'
`;

/**
 * The marks for a bash whose start-up files are not ours: its prompt, its aliases and its own prompt commands stay. A line
 * typed twice counts twice, which bash only does when it keeps doubles.
 */
export function marksFor(node: string): string {
  return `[ -n "$BASH_VERSION" ] || return 0
case $- in *i*) ;; *) return 0 ;; esac
${bashMarks(node)}__hoplab_mark() { HISTCONTROL=; [[ $PS1 == *7713* ]] || PS1+='\\[\\e]7713;prompt;${node}\\a\\]'; }
PROMPT_COMMAND=(__hoplab_prompt "\${PROMPT_COMMAND[@]}" __hoplab_mark)
`;
}

export function zshrc(node: string, kind: Kind): string {
  return `# Interactive shells of ${node}.
setopt interactivecomments appendhistory
HISTFILE=~/.zsh_history HISTSIZE=5000 SAVEHIST=5000
cdpath=(. ~)
PROMPT='%B%F{${colours[kind].name}}%n@%m%f%b:%B%F{blue}%~%f%b$ '$'%{\\e]7713;prompt;${node}\\a%}'
alias ls='ls --color=auto' grep='grep --color=auto' ll='ls -l'
__hoplab_preexec() { __hoplab_line=$(print -rn -- "$1" | base64 -w0); printf '\\e]7713;ran;%s;-1;%s\\a' ${node} "$__hoplab_line" }
__hoplab_precmd() { local ended=$?; [[ -n $__hoplab_line ]] && printf '\\e]7713;ran;%s;%s;%s\\a' ${node} $ended "$__hoplab_line"; __hoplab_line= }
autoload -Uz add-zsh-hook && add-zsh-hook preexec __hoplab_preexec && add-zsh-hook precmd __hoplab_precmd
`;
}

export function fishConfig(node: string, kind: Kind): string {
  return `# Interactive shells of ${node}.
status is-interactive; or exit
set -g fish_greeting
set -g CDPATH . ~
function __hoplab_preexec --on-event fish_preexec
  printf '\\e]7713;ran;%s;-1;%s\\a' ${node} (printf %s "$argv[1]" | base64 -w0)
end
function __hoplab_postexec --on-event fish_postexec
  set -l ended $status
  printf '\\e]7713;ran;%s;%s;%s\\a' ${node} $ended (printf %s "$argv[1]" | base64 -w0)
end
function fish_prompt
  set_color --bold ${colours[kind].name}; printf '%s@%s' $USER (uname -n); set_color normal; printf ':'
  set_color --bold blue; printf %s (string replace -r "^$HOME" '~' $PWD); set_color normal
  printf '$ \\e]7713;prompt;%s\\a' ${node}
end
`;
}
