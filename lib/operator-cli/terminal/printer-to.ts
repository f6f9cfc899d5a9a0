import type { Printer } from '../session.ts';

/** A stream of this process, as the commands print to it: how wide it is asked each time, as a window can be changed. */
export function printerTo(stream: NodeJS.WriteStream): Printer {
  return {
    write: (text) => void stream.write(text),
    isTerminal: stream.isTTY === true,
    get columns() {
      return stream.isTTY === true ? stream.columns : undefined;
    },
  };
}
