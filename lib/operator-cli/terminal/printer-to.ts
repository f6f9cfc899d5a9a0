import type { Printer } from '../session.ts';

/**
 * A stream of this process as the commands print to it. The width is read each time, because a window can be resized.
 */
export function printerTo(stream: NodeJS.WriteStream): Printer {
  return {
    write: (text) => void stream.write(text),
    isTerminal: stream.isTTY === true,
    get columns() {
      return stream.isTTY === true ? stream.columns : undefined;
    },
  };
}
