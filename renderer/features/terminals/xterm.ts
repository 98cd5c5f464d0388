/** Makes one xterm.js terminal with everything it needs, and takes it apart again. Knows no Vue. */
import { FitAddon } from '@xterm/addon-fit';
import { SearchAddon } from '@xterm/addon-search';
import { WebLinksAddon } from '@xterm/addon-web-links';
import { WebglAddon } from '@xterm/addon-webgl';
import { Terminal } from '@xterm/xterm';
import type { ITheme } from '@xterm/xterm';
import { attach, input, resize } from '../../terminal-link.ts';

export interface XtermOptions {
  id: string;
  theme: ITheme;
  fontSize: number;
  screenReader: boolean;
  openLink: (url: string) => void;
  /** What the learner types; answers where it goes. */
  onInput: (data: string) => readonly string[];
  onEnded: (exitCode: number) => void;
}

export interface Xterm {
  terminal: Terminal;
  search: SearchAddon;
  fit(): void;
  dispose(): void;
}

const scrollback = 5_000;

/** Fonts are measured when a terminal opens: they must be there. */
export const fontsReady = Promise.all(
  ['400', '700'].map((weight) => document.fonts.load(`${weight} 13px "JetBrains Mono Variable"`)),
).catch(() => undefined);

export function openXterm(element: HTMLElement, options: XtermOptions): Xterm {
  const { id, theme, fontSize, screenReader } = options;
  const terminal = new Terminal({
    theme,
    fontSize,
    screenReaderMode: screenReader,
    fontFamily: '"JetBrains Mono Variable", ui-monospace, monospace',
    fontWeightBold: '700',
    lineHeight: 1.2,
    scrollback,
    // The DOM draws a blinking cursor as an animation, sixty times a second.
    cursorBlink: hasGpu(),
    cursorInactiveStyle: 'outline',
    minimumContrastRatio: 4.5,
    allowProposedApi: true,
    macOptionIsMeta: true,
  });
  const fitAddon = new FitAddon();
  const search = new SearchAddon();
  terminal.loadAddon(fitAddon);
  terminal.loadAddon(search);
  terminal.loadAddon(
    new WebLinksAddon((_, url) => {
      options.openLink(url);
    }),
  );
  terminal.open(element);
  useGpu(terminal);
  const fit = () => {
    // A hidden element has no size; fitting to it would squeeze the shell to two columns.
    if (element.clientWidth > 20 && element.clientHeight > 20) fitAddon.fit();
  };
  fit();

  const detach = attach(id, {
    columns: terminal.cols,
    rows: terminal.rows,
    replay: (data) => {
      terminal.reset();
      terminal.write(data);
    },
    data: (data, drawn) => {
      terminal.write(data, drawn);
    },
    ended: options.onEnded,
  });
  terminal.onData((data) => {
    for (const target of options.onInput(data)) input(target, data);
  });
  terminal.onResize(({ cols, rows }) => {
    resize(id, cols, rows);
  });
  return {
    terminal,
    search,
    fit,
    dispose: () => {
      detach();
      terminal.dispose();
    },
  };
}

/** Drawn by the GPU where there is one. A lost context falls back to the DOM. */
function useGpu(terminal: Terminal): void {
  if (!hasGpu()) return;
  try {
    const webgl = new WebglAddon();
    webgl.onContextLoss(() => {
      webgl.dispose();
    });
    terminal.loadAddon(webgl);
  } catch {
    // No WebGL 2: the DOM renderer stays.
  }
}

let gpu: boolean | null = null;
/** WebGL in software is slower than the DOM. */
function hasGpu(): boolean {
  if (gpu !== null) return gpu;
  const context = document.createElement('canvas').getContext('webgl2');
  const info = context?.getExtension('WEBGL_debug_renderer_info');
  const name = context && info ? String(context.getParameter(info.UNMASKED_RENDERER_WEBGL)) : '';
  gpu = context !== null && !/swiftshader|llvmpipe|software/i.test(name);
  context?.getExtension('WEBGL_lose_context')?.loseContext();
  return gpu;
}
