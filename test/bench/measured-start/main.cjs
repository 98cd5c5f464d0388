/**
 * Starts another main module, `--measure=<file>`, and prints when its page had painted its largest text and the button
 * `--button=<selector>`, when one is given, could be clicked. Asks only when the page stands, so that it delays nothing.
 */
// Electron's main module is CommonJS here, as the app's is.
/* eslint-disable @typescript-eslint/no-require-imports */
const { app } = require('electron');

const flag = (name) =>
  process.argv.find((word) => word.startsWith(`--${name}=`))?.slice(name.length + 3);

/** Runs in the page. */
const ask = (button) =>
  new Promise((resolve) => {
    new PerformanceObserver((list) => {
      const last = list.getEntries().at(-1);
      const element = button ? document.querySelector(button) : null;
      const box = element?.getBoundingClientRect();
      const top = box && document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
      const clickable = !button || (Boolean(top) && element.contains(top) && !element.disabled);
      if (clickable) resolve(performance.timeOrigin + last.startTime);
    }).observe({ type: 'largest-contentful-paint', buffered: true });
  });

app.once('web-contents-created', (_, contents) => {
  contents.once('did-finish-load', () => {
    const button = JSON.stringify(flag('button') ?? '');
    void contents.executeJavaScript(`(${String(ask)})(${button})`).then((painted) => {
      console.log(`painted ${painted}`);
    });
  });
});

require(flag('measure'));
