/** The same terminal as the app's (renderer/features/terminals/xterm.ts): options, size and renderer. */
/* global Terminal, WebglAddon, document, location, window, URLSearchParams */
const query = new URLSearchParams(location.search);
const font = '13px "JetBrains Mono Variable"';
void document.fonts.load(font).finally(() => {
  const terminal = new Terminal({
    cols: Number(query.get('columns')),
    rows: Number(query.get('rows')),
    fontSize: 13,
    fontFamily: '"JetBrains Mono Variable", ui-monospace, monospace',
    fontWeightBold: '700',
    lineHeight: 1.2,
    scrollback: 10_000,
    cursorBlink: Boolean(query.get('webgl')),
    cursorInactiveStyle: 'outline',
    minimumContrastRatio: 4.5,
    allowProposedApi: true,
  });
  terminal.open(document.getElementById('terminal'));
  if (query.get('webgl')) terminal.loadAddon(new WebglAddon.WebglAddon());
  terminal.onData((data) => window.shell.input(data));
  // As in that guide: not every piece is answered for.
  let parsed = 0;
  window.shell.onData((data) => {
    terminal.write(data, () => {
      parsed += data.length;
      if (parsed < 25_000) return;
      window.shell.parsed(parsed);
      parsed = 0;
    });
  });
  window.shell.ready();
  terminal.focus();
});
