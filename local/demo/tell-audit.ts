import type { IssuanceStory } from '../../lib/audit/questions/audit-api.ts';
import { GLYPHS } from '../../lib/operator-cli/audit/fact-lines.ts';
import { renderStory } from '../../lib/operator-cli/audit/story-text.ts';
import { compareWithCloudTrail } from './compare-with-cloudtrail.ts';
import type { DemoWorld } from './demo-world.ts';
import type { Narrator } from './narrator.ts';
import { verifyTheArchive } from './verify-the-archive.ts';

export type AuditQuestion = {
  /** The stolen access key. */
  readonly accessKeyId: string;
  /** Every tenant, so that every call into a customer's account has a receipt. */
  readonly tenantIds: readonly string[];
};

/** The end of the story: whose was the stolen key, does CloudTrail agree, and has anything been changed since? */
export async function tellAudit(question: AuditQuestion, world: DemoWorld, narrator: Narrator): Promise<void> {
  const issuanceId = await auditorAsks(question.accessKeyId, world, narrator);
  await compareWithCloudTrail(question.tenantIds, world, narrator);
  await verifyTheArchive(issuanceId, world, narrator);
}

/** Returns the issuance for which the key was made. */
async function auditorAsks(accessKeyId: string, { auditor, stack }: DemoWorld, narrator: Narrator): Promise<string> {
  narrator.scene('An auditor asks: whose key was that?');
  narrator.aside('All that a security finding has is the access key that the thief held.');
  narrator.fact('asked', `broker audit key ${accessKeyId}`);
  const { records } = await auditor.client.call('GET /access-keys/:accessKeyId', { params: { accessKeyId } });
  const found = records.find((record) => record.recordType === 'issuance');
  if (found === undefined) throw new Error(`the audit knows no issuance of ${accessKeyId}`);
  const { issuanceId, job, tenantId, accountId, requester, state } = found;
  narrator.good('answer', `${job} for ${tenantId} in ${accountId}, asked by ${requester}: ${state}`);
  const story = await auditor.client.call('GET /issuances/:issuanceId', { params: { issuanceId } });
  narrator.fact('asked', `broker audit explain ${issuanceId}   (shortened here)`);
  for (const line of shortened(story, stack.clock.nowMs())) narrator.fact('', line);
  return issuanceId;
}

const PARTS = ['TIMELINE', 'ALLOWED', 'NOT KNOWN', 'TRAIL'];
const COLUMNS = 100;

/** The story as the command line tells it, without the parts told above and without the facts of each step. */
function shortened(story: IssuanceStory, nowMs: number): readonly string[] {
  const steps = story.steps.map((step) => ({ ...step, facts: {} }));
  const drawing = { columns: COLUMNS, colour: false, glyphs: GLYPHS };
  const parts = renderStory({ ...story, steps }, drawing, nowMs)
    .trimEnd()
    .split('\n\n');
  return parts.filter((part) => PARTS.some((title) => part.startsWith(title))).flatMap((part) => part.split('\n'));
}
