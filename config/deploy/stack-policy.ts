import type { Pins } from './pinned-resources.ts';

/** The longest policy handed over as text, in characters. Source: CloudFormation API Reference, SetStackPolicy. */
export const MOST_CHARACTERS = 16_384;

/**
 * The stack policy that keeps the pinned resources among these logical ids from being replaced or removed by any update
 * of the stack, whoever makes it: this command, another one, or the console.
 */
export function stackPolicy(logicalIds: readonly string[], pins: Pins): string {
  const there = new Set(logicalIds);
  const protectedPins = Object.entries(pins).filter(([id]) => there.has(id));
  const resources = (withHardening: boolean) =>
    protectedPins
      .filter(([, pin]) => (pin.withHardening ?? false) === withHardening)
      .map(([id]) => `LogicalResourceId/${id}`);
  const leaving = resources(true);
  const policy = JSON.stringify({
    Statement: [
      { Effect: 'Allow', Action: 'Update:*', Principal: '*', Resource: '*' },
      {
        Effect: 'Deny',
        Action: ['Update:Replace', 'Update:Delete'],
        Principal: '*',
        Resource: resources(false),
      },
      // A resource that comes with a setting leaves with it.
      ...(leaving.length === 0
        ? []
        : [{ Effect: 'Deny', Action: 'Update:Replace', Principal: '*', Resource: leaving }]),
    ],
  });
  if (policy.length > MOST_CHARACTERS) throw new Error(`the stack policy has ${policy.length} characters: too many`);
  return policy;
}
