import type { Template } from './deploy-template.ts';

/**
 * The template without these resources: nothing waits for them, outputs that tell of them go with them, and what refers
 * to them gets a text that says so, which is nobody's name.
 */
export function withoutResources({ Resources, Outputs, ...rest }: Template, ids: readonly string[]): Template {
  const gone = new Set(ids);
  const kept = Object.entries(Resources).filter(([id]) => !gone.has(id));
  return {
    ...rest,
    Resources: Object.fromEntries(
      kept.map(([id, { DependsOn, Properties, ...resource }]) => {
        const left = [DependsOn ?? []].flat().filter((other) => !gone.has(other));
        const properties = Object.entries(Properties).map(([name, value]) => [name, withoutReferences(value, gone)]);
        const made = { ...resource, Properties: Object.fromEntries(properties) };
        return [id, left.length === 0 ? made : { ...made, DependsOn: left }];
      }),
    ),
    Outputs: Object.fromEntries(Object.entries(Outputs).filter(([, output]) => !refersTo(output, gone))),
  };
}

/** Logical ids of what stays, and refers to what goes. */
export function referringTo({ Resources }: Template, ids: readonly string[]): readonly string[] {
  const gone = new Set(ids);
  return Object.entries(Resources).flatMap(([id, { Properties }]) =>
    !gone.has(id) && refersTo(Properties, gone) ? [id] : [],
  );
}

function refersTo(value: unknown, gone: ReadonlySet<string>): boolean {
  return JSON.stringify(withoutReferences(value, gone)) !== JSON.stringify(value);
}

function withoutReferences(value: unknown, gone: ReadonlySet<string>): unknown {
  if (Array.isArray(value)) return value.map((entry) => withoutReferences(entry, gone));
  if (typeof value !== 'object' || value === null) return value;
  const members = new Map(Object.entries(value));
  const [named] = [members.get('Ref') ?? members.get('Fn::GetAtt')].flat();
  if (members.size === 1 && typeof named === 'string' && gone.has(named)) return `left-out-${named}`;
  return Object.fromEntries(
    [...members].map(([name, member]) => [
      name,
      name === 'Fn::Sub' && typeof member === 'string' ? withoutIn(member, gone) : withoutReferences(member, gone),
    ]),
  );
}

function withoutIn(text: string, gone: ReadonlySet<string>): string {
  return text.replaceAll(/\$\{([A-Za-z0-9]+)(?:\.[A-Za-z0-9.]+)?\}/g, (whole, id: string) =>
    gone.has(id) ? `left-out-${id}` : whole,
  );
}
