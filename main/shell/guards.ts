/** What no page of ours may ever do, whatever runs in it. Set once, for every web contents there will be. */
import { app, type Session, type WebContents } from 'electron';
import { appOrigin } from './app-scheme.ts';

/** Copying from a terminal is the one thing a page may ask for. */
const allowedPermissions = new Set(['clipboard-sanitized-write']);

export function guardContents(): void {
  app.on('web-contents-created', (_, contents) => {
    contents.on('will-navigate', deny);
    contents.on('will-redirect', deny);
    contents.on('will-frame-navigate', deny);
    contents.on('will-attach-webview', deny);
    contents.setWindowOpenHandler(() => ({ action: 'deny' }));
  });
}

export function guardSession(session: Session): void {
  const isOurs = (contents: WebContents | null) =>
    contents?.getURL().startsWith(`${appOrigin}/`) ?? false;
  session.setPermissionRequestHandler((contents, permission, answer) => {
    answer(isOurs(contents) && allowedPermissions.has(permission));
  });
  session.setPermissionCheckHandler(
    (contents, permission) => isOurs(contents) && allowedPermissions.has(permission),
  );
  session.setDevicePermissionHandler(() => false);
  session.setDisplayMediaRequestHandler((_, answer) => {
    answer({});
  });
  session.on('will-download', deny);
  // The page draws what the main process sends. It has no business on any network.
  session.webRequest.onBeforeRequest(({ url }, answer) => {
    answer({ cancel: !url.startsWith(`${appOrigin}/`) && !isDevTools(url) });
  });
}

/** Developer tools are there only in an app that is not packaged. */
function isDevTools(url: string): boolean {
  return !app.isPackaged && url.startsWith('devtools://');
}

function deny(event: { preventDefault(): void }): void {
  event.preventDefault();
}
