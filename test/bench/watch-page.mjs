/** Runs in a page: dates what is drawn there. Given to the driver as source, so each stands alone. */

/** Remembers how long after a key went down the last two lines on the terminal's screen are what is wanted. */
export function timeTerminal({ terminal, key, ctrl, pattern }) {
  const rows = document.querySelector(`${terminal} .xterm-rows`);
  const wanted = new RegExp(pattern, 'm');
  window.hoplabBench = new Promise((resolve) => {
    let began = null;
    const onKey = (event) => {
      if (event.key !== key || event.ctrlKey !== ctrl) return;
      window.removeEventListener('keydown', onKey, true);
      began = performance.now();
    };
    window.addEventListener('keydown', onKey, true);
    const observer = new MutationObserver(() => {
      if (began === null) return;
      const lines = [...rows.children].map((row) => row.textContent.trimEnd());
      if (!wanted.test(lines.filter(Boolean).slice(-2).join('\n'))) return;
      observer.disconnect();
      resolve(performance.now() - began);
    });
    observer.observe(rows, { childList: true, subtree: true, characterData: true });
  });
}

/** Remembers the wall clock when a row of a panel has been painted in the state that is wanted. */
export function timeRow({ panel, text, change }) {
  const root = document.querySelector(panel);
  window.hoplabBench = new Promise((resolve) => {
    const isThere = () =>
      [...root.querySelectorAll(`tr[data-change="${change}"]`)].some((row) =>
        row.textContent.includes(text),
      );
    const observer = new MutationObserver(() => {
      if (!isThere()) return;
      observer.disconnect();
      // A task that a frame's callback posts runs after that frame's style, layout and paint.
      requestAnimationFrame(() => {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = () => resolve(Date.now());
        port2.postMessage(null);
      });
    });
    observer.observe(root, {
      childList: true,
      subtree: true,
      characterData: true,
      attributes: true,
    });
  });
}

export const answer = () => window.hoplabBench;
