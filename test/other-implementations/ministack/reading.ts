import type { TemplateResource } from './deploy-template.ts';
import type { AwsPlace } from './query-protocol.ts';

/** A resource as it stands there, to be read back. */
export type Deployed = {
  readonly id: string;
  readonly resource: TemplateResource;
  readonly place: AwsPlace;
  /** The physical id of what `{"Ref": "<logical id>"}` or an `Arn` in the template names. */
  readonly idOf: (reference: unknown) => string;
};

/** What a service says of a resource, in the words of the template. A property that it does not know is undefined. */
export type ReadBack = (deployed: Deployed) => Promise<Readonly<Record<string, unknown>>>;

/** Undefined where the service says that there is none, in whatever words it has for that. */
export function orNone<Answer>(answer: Promise<Answer>): Promise<Answer | undefined> {
  return answer.catch((error: unknown) => {
    if (error instanceof Error && /NotFound|NoSuch/.test(error.name)) return undefined;
    throw error;
  });
}

export function parsed(json: string | undefined): unknown {
  return json === undefined ? undefined : JSON.parse(json);
}

/**
 * Is this what the template says? Whatever the template has computed (`Ref`, `Fn::…`) fits any text; numbers and booleans fit
 * their spelling; what stands there beyond the template is not looked at, but in lists, which have the same length.
 */
export function isAsTemplate(template: unknown, actual: unknown): boolean {
  if (isComputed(template)) return typeof actual === 'string' && actual !== '';
  if (Array.isArray(template)) {
    return (
      Array.isArray(actual) &&
      actual.length === template.length &&
      template.every((entry, index) => isAsTemplate(entry, actual[index]))
    );
  }
  if (typeof template === 'object' && template !== null) {
    if (typeof actual !== 'object' || actual === null) return false;
    const members = new Map(Object.entries(actual));
    return Object.entries(template).every(([name, value]) => isAsTemplate(value, members.get(name)));
  }
  return String(template) === String(actual);
}

function isComputed(template: unknown): boolean {
  if (typeof template !== 'object' || template === null) return false;
  const [name, ...more] = Object.keys(template);
  return more.length === 0 && name !== undefined && (name === 'Ref' || name.startsWith('Fn::'));
}
