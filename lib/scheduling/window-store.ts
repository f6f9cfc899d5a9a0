import type { Agenda, Window } from './window.ts';

/** The store of agendas and windows: single items, each written on condition that nobody else has changed it. */
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
