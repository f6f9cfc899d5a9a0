import type { Compared } from './compare-deployed.ts';
import type { Deployment } from './deploy-template.ts';
import { DONE_OTHERWISE, PROPERTIES_LOST, TYPES_LEFT_OUT } from './not-kept.ts';

/** What became of the template, as text: nothing of it is left out in silence. */
export function deploymentReport(
  { resources, deployed, leftOut, referring, status, seconds }: Deployment,
  compared: readonly Compared[],
): string {
  const all = Object.keys(resources).length;
  const kept = compared.filter(({ lostIn }) => lostIn.length === 0);
  const lines = [
    `${status}: ${deployed.size} of ${all} resources in ${seconds.toFixed(1)} s`,
    '',
    'left out: types that CloudFormation refuses here',
    ...[...leftOut].map(([type, ids]) => row(`${type} (${ids.length})`, TYPES_LEFT_OUT.get(type))),
    ...(referring.length === 0 ? [] : [`  referred to, with a text in its place, by ${referring.join(', ')}`]),
    '',
    'lost: properties that were taken and are not there',
    ...compared
      .filter(({ lostIn }) => lostIn.length > 0)
      .map(({ property, inTemplate, lostIn }) =>
        row(`${property} (${lostIn.length} of ${inTemplate})`, PROPERTIES_LOST.get(property)),
      ),
    '',
    `kept: ${kept.length} properties of ${kept.reduce((sum, { inTemplate }) => sum + inTemplate, 0)} resources, read back`,
    ...kept.map(({ property, inTemplate }) => `  ${property} (${inTemplate})`),
    '',
    'done otherwise than by AWS',
    ...DONE_OTHERWISE.map((line) => `  ${line}`),
  ];
  return `\n${lines.join('\n')}\n\n`;
}

function row(what: string, known: { readonly why: string; readonly heldBy: string } | undefined): string {
  if (known === undefined) return `  ${what.padEnd(64)} NEW: not argued in not-kept.ts`;
  return `  ${what.padEnd(64)} ${known.why}; held by ${known.heldBy}`;
}
