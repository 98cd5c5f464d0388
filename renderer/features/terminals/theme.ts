/** The terminal's colours, taken from the page so that both themes hold; the sixteen are tuned to each. */
import type { ITheme } from '@xterm/xterm';

const dark: ITheme = {
  black: '#2a333e',
  red: '#f28b8b',
  green: '#8fd694',
  yellow: '#e8b45a',
  blue: '#7aa9f7',
  magenta: '#c79bf2',
  cyan: '#5cc8b0',
  white: '#c9d3de',
  brightBlack: '#6f7e8e',
  brightRed: '#ff9d9d',
  brightGreen: '#a6e3a9',
  brightYellow: '#f5c977',
  brightBlue: '#93baff',
  brightMagenta: '#d7b3ff',
  brightCyan: '#79dcc6',
  brightWhite: '#f2f5f8',
};
const light: ITheme = {
  black: '#26303b',
  red: '#ad231c',
  green: '#2c7a31',
  yellow: '#835500',
  blue: '#2557b8',
  magenta: '#7a3fb5',
  cyan: '#0b7562',
  white: '#66727f',
  brightBlack: '#566473',
  brightRed: '#c4362e',
  brightGreen: '#37863c',
  brightYellow: '#916000',
  brightBlue: '#3467cc',
  brightMagenta: '#8c51c7',
  brightCyan: '#128471',
  brightWhite: '#26303b',
};

export function terminalTheme(theme: 'light' | 'dark'): ITheme {
  const style = getComputedStyle(document.documentElement);
  const colour = (name: string) => style.getPropertyValue(name).trim();
  return {
    ...(theme === 'dark' ? dark : light),
    background: colour('--pane'),
    foreground: colour('--text'),
    cursor: colour('--strong'),
    cursorAccent: colour('--pane'),
    selectionBackground: theme === 'dark' ? '#3a5578' : '#bcd4f5',
    scrollbarSliderBackground: colour('--line-strong'),
  };
}
