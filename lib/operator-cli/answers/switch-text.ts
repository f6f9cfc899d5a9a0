import type { SwitchesView } from '../../management/management-views.ts';
import type { Session } from '../session.ts';
import { printable } from '../terminal/printable.ts';
import { type Cell, renderTable } from '../terminal/table.ts';
import { instantOf, timeLeft } from '../terminal/time-words.ts';

/** The texts and tables that people read about switches, and about the window in which replays are allowed. */

/** A table with a line for each switch. */
export function renderSwitches({ switches }: SwitchesView, { style }: Pick<Session, 'style'>): string {
  const rows = switches.map(({ kind, name, off }): readonly Cell[] => [
    kind === 'global' ? 'global' : `job ${name}`,
    off === undefined ? { text: 'on', tone: 'good' } : { text: 'off', tone: 'bad' },
    off === undefined ? '' : instantOf(off.sinceMs),
  ]);
  return renderTable(['SWITCH', 'STATE', 'SINCE'], rows, style);
}

/** Says who switched off what and why, a line for each switch, and whether replays are allowed. */
export function saySwitches(view: SwitchesView, session: Pick<Session, 'say' | 'clock'>): void {
  for (const { kind, name, off } of view.switches) {
    if (off === undefined) continue;
    session.say(
      printable(`${kind === 'global' ? 'global' : `job ${name}`} was switched off by ${off.by}: ${off.reason}`),
    );
  }
  if (view.replay !== undefined) sayReplay(view, session);
}

export function sayReplay({ replay }: SwitchesView, { say, clock }: Pick<Session, 'say' | 'clock'>): void {
  if (replay === undefined) {
    say('Events of replays are refused.');
    return;
  }
  const { untilMs, sinceMs, by, reason } = replay;
  const until = `until ${instantOf(untilMs)}, ${timeLeft(untilMs - clock.nowMs())} from now`;
  say(printable(`Events of replays are taken ${until}: since ${instantOf(sinceMs)}, by ${by}: ${reason}`));
}
