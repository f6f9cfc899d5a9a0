import { AUDIT_FUNCTION, auditClientOver } from '../../client/audit-client.ts';
import type { Command } from '../command.ts';
import { EXIT_CODES } from '../exit-code.ts';
import { printJson, type Session } from '../session.ts';
import { costOption } from './answer-format.ts';
import { sayCost, sayCurrency } from './answer-notes.ts';
import { ASCII_GLYPHS, type Drawing, GLYPHS } from './fact-lines.ts';
import { renderStory } from './story-text.ts';

/** Wider lines are hard to read; if the width is unknown, 80 columns are used, as the first terminals had. */
const COLUMNS = { usual: 80, narrowest: 48, widest: 110 } as const;

/** Tells the story of one issuance. */
export const explainIssuance: Command = (yargs, run) =>
  yargs.command(
    'explain <issuanceId>',
    'tell the story of one issuance: asked by whom, decided by which rule, every attempt, what CloudTrail shows',
    (command) =>
      command
        .positional('issuanceId', { type: 'string', demandOption: true, describe: 'its id, as every listing shows it' })
        .option('ascii', { type: 'boolean', default: false, describe: 'draw with ASCII alone' })
        .option('cost', costOption),
    (args) =>
      run(args, async (session) => {
        const client = auditClientOver(session.functionUrl(AUDIT_FUNCTION));
        const { issuanceId, ascii } = args;
        const story = await client.call('GET /issuances/:issuanceId', { params: { issuanceId } });
        if (session.json) printJson(session, story);
        else {
          session.print(renderStory(story, drawingFor(session, ascii), session.clock.nowMs()));
          sayCurrency(story.currency, session);
        }
        if (args.cost) sayCost(story.cost, session);
        return EXIT_CODES.ok;
      }),
  );

function drawingFor({ style }: Pick<Session, 'style'>, ascii: boolean): Drawing {
  const { columns = COLUMNS.usual, colour } = style;
  return {
    columns: Math.min(COLUMNS.widest, Math.max(COLUMNS.narrowest, columns)),
    colour,
    glyphs: ascii ? ASCII_GLYPHS : GLYPHS,
  };
}
