/** Loads one snapshot and follows what is announced. Stores change by nothing else. */
import { ask, hoplab } from '../bridge.ts';
import { useApp } from './app.ts';
import { useCommands } from './commands.ts';
import { useNetwork } from './network.ts';
import { useNotices } from './notices.ts';
import { useSession } from './session.ts';
import { useSettings } from './settings.ts';
import { useTerminals } from './terminals.ts';

export async function hydrate(): Promise<void> {
  const app = useApp();
  const notices = useNotices();
  const session = useSession();
  const settings = useSettings();
  const terminals = useTerminals();
  const network = useNetwork();
  const commands = useCommands();

  // Listening comes first: what is announced while the snapshot is on its way is newer than it.
  let early: (() => void)[] | null = [];
  const follow =
    <T>(use: (payload: T) => void) =>
    (payload: T) => {
      if (early) early.push(() => use(payload));
      else use(payload);
    };
  hoplab.app.notices(follow((list) => (notices.fromMain = list)));
  hoplab.app.leftovers(follow((count) => (app.leftovers = count)));
  hoplab.app.labs(follow((list) => (app.labs = list)));
  hoplab.app.command(follow(({ id }) => void commands.run(id)));
  hoplab.session.changed(follow((next) => session.receive(next)));
  hoplab.session.log(follow(({ line }) => session.receiveLog(line)));
  hoplab.network.view(follow((view) => network.receive(view)));
  hoplab.terminal.changed(follow((list) => terminals.receive(list)));
  hoplab.terminal.reveal(follow(({ id }) => void terminals.reveal(id)));
  hoplab.settings.changed(follow((next) => (settings.current = next)));

  const snapshot = await ask(hoplab.app.snapshot());
  const { version, electron, platform } = snapshot;
  app.about = { version, electron, platform };
  app.labs = snapshot.labs;
  app.glossary = snapshot.glossary;
  settings.current = snapshot.settings;
  app.leftovers = snapshot.leftovers;
  notices.fromMain = snapshot.notices;
  session.receive(snapshot.session);
  terminals.receive(snapshot.terminals);
  const missed = early;
  early = null;
  for (const use of missed) use();
}
