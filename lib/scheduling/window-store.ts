import type { Agenda, Window } from './window.ts';

/** Where agendas and windows are kept: single items, each change on the condition that nobody else made one. */
export type WindowStore = {
  /** Consistent, like `readWindow`. Both throw `store.*`. */
  readAgenda(schedule: string): Promise<Agenda | undefined>;
  /** False when it is not as it was read. `before` undefined: there was none. */
  writeAgenda(before: Agenda | undefined, after: Agenda): Promise<boolean>;
  readWindow(of: { readonly schedule: string; readonly startMs: number }): Promise<Window | undefined>;
  /** False when there is one already. */
  createWindow(window: Window): Promise<boolean>;
  /** False when it is not as it was read. */
  writeWindow(before: Window, after: Window): Promise<boolean>;
};
