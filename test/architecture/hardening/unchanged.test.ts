import { expect, it } from 'vitest';
import { ofType, packageWith } from './hardened-template.ts';

/** Where the framework puts the code of a deployment: below the time of its packaging. */
const TIME_OF_PACKAGING = /(?<=\/)\d{13}-[^/"]+(?=\/)/g;

it('changes nothing of the template as long as nothing is asked of it', async () => {
  const [without, empty] = [await packageWith(undefined, { stage: 'dev' }), await packageWith({}, { stage: 'dev' })];
  expect(without.text).toMatch(TIME_OF_PACKAGING);
  expect(empty.text.replace(TIME_OF_PACKAGING, 'T')).toBe(without.text.replace(TIME_OF_PACKAGING, 'T'));
  for (const [id, { Properties }] of ofType(without.template, 'AWS::IAM::Role'))
    expect(Properties, id).not.toHaveProperty('PermissionsBoundary');
  expect(without.text).not.toContain('AWS::EC2::');
}, 90_000);
