import { DEAD_LETTERS_FUNCTION, deadLettersClientOver } from '../../client/dead-letters-client.ts';
import { DEAD_LETTER_QUEUES, type DeadLetterQueueName } from '../../dead-letters/dead-letter-api.ts';
import { renderLetter, renderLetters, renderRedriven, sayLetters } from '../answers/dead-letters-text.ts';
import { type Command, limitOption, text } from '../command.ts';
import { usageError } from '../command-error.ts';
import { EXIT_CODES } from '../exit-code.ts';
import { listOf } from '../option-values.ts';
import { redriveAll } from '../redrive-all.ts';
import { printJson, type Session } from '../session.ts';

const queueOption = {
  choices: DEAD_LETTER_QUEUES,
  requiresArg: true,
  describe: 'one of the three',
} as const;

const clientOf = ({ functionUrl }: Session) => deadLettersClientOver(functionUrl(DEAD_LETTERS_FUNCTION));

const listLetters: Command = (yargs, run) =>
  yargs.command(
    'list',
    'list what was given up: what, why, how often, and whether it is safe to redrive',
    (command) =>
      command
        .option('queue', queueOption)
        .option('limit', { ...limitOption, describe: 'letters of each queue, 100 at most' }),
    (args) =>
      run(args, async (session) => {
        const { queue, limit } = args;
        const answer = await clientOf(session).call('GET /dead-letters', { query: { queue, limit } });
        if (session.json) printJson(session, answer);
        else {
          if (answer.letters.length > 0) session.print(renderLetters(answer.letters, session));
          sayLetters(answer, session);
        }
        return EXIT_CODES.ok;
      }),
  );

const showLetter: Command = (yargs, run) =>
  yargs.command(
    'show <letter>',
    'show one letter, as far as it could be read',
    (command) => command.positional('letter', { type: 'string', demandOption: true, describe: 'its id' }),
    (args) =>
      run(args, async (session) => {
        const params = { messageId: args.letter };
        const letter = await clientOf(session).call('GET /dead-letters/:messageId', { params });
        if (session.json) printJson(session, letter);
        else session.print(renderLetter(letter, session));
        return EXIT_CODES.ok;
      }),
  );

const redriveLetters: Command = (yargs, run) =>
  yargs.command(
    'redrive',
    'send what is safe to redrive to the request queue again, ten a second at most',
    (command) =>
      command
        .option('queue', queueOption)
        .option('letters', { ...text, describe: 'ids of letters, as a,b' })
        .option('max', { ...text, describe: 'so many at most' }),
    (args) =>
      run(
        args,
        async (session) => {
          const order = orderOf(args);
          const redriven = await redriveAll(order, { session, client: clientOf(session) });
          if (session.json) printJson(session, redriven);
          else session.print(renderRedriven(redriven, session));
          return EXIT_CODES.ok;
        },
        'What was sent is sent. To go on: broker dead-letters redrive',
      ),
  );

type Asked = {
  readonly queue?: DeadLetterQueueName | undefined;
  readonly letters?: string | undefined;
  readonly max?: string | undefined;
};

function orderOf({ queue, letters, max }: Asked) {
  if (max !== undefined && !/^[1-9]\d{0,5}$/.test(max)) {
    throw usageError(`--max takes a whole number from 1, not ${max}.`, 'For example: --max 100');
  }
  const messageIds = listOf('letters', letters);
  return {
    ...(queue === undefined ? {} : { queue }),
    ...(messageIds === undefined ? {} : { messageIds }),
    ...(max === undefined ? {} : { max: Number(max) }),
  };
}

const commands: readonly Command[] = [listLetters, showLetter, redriveLetters];

/** `broker dead-letters …`: the messages and invocations that were given up. */
export const deadLettersCommands: Command = (yargs, run) =>
  yargs.command('dead-letters', 'look at what was given up, and redrive it', (group) =>
    commands
      .reduce((command, add) => add(command, run), group)
      .demandCommand(1, 'Which command? They are listed by: broker dead-letters --help'),
  );
