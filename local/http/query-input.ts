import { ServiceError } from '../service.ts';

/** The parameters of a query-protocol request in the shape of the AWS API. */
export type QueryInput = { readonly [name: string]: string | number | QueryInput | readonly (string | QueryInput)[] };

/** Members that the APIs of STS and IAM type as numbers. */
const numbers: ReadonlySet<string> = new Set(['DurationSeconds', 'MaxSessionDuration', 'MaxItems']);
/** Lists; clients send an empty list as an empty parameter. */
const lists: ReadonlySet<string> = new Set(['PolicyArns', 'ProvidedContexts', 'TagKeys', 'Tags', 'TransitiveTagKeys']);
const maximumDepth = 8;

type Node = { value?: string; readonly members: Map<string, Node> };

/**
 * Nests `Tags.member.1.Key=a` into `{ Tags: [{ Key: 'a' }] }`. `Action` and `Version` are left out. Throws
 * `MalformedQueryString` for a parameter that is given twice, both as value and as structure, or too deep.
 */
export function nestQueryParameters(parameters: Iterable<readonly [string, string]>): QueryInput {
  const root: Node = { members: new Map() };
  for (const [name, value] of parameters) {
    if (name === 'Action' || name === 'Version') continue;
    const segments = name.split('.');
    if (segments.length > maximumDepth || segments.includes('')) throw malformed(name);
    const node = segments.reduce(child, root);
    if (node.value !== undefined) throw malformed(name);
    node.value = value;
  }
  return structureOf(root);
}

function child(parent: Node, name: string): Node {
  const existing = parent.members.get(name);
  if (existing !== undefined) return existing;
  const made: Node = { members: new Map() };
  parent.members.set(name, made);
  return made;
}

function structureOf(node: Node): QueryInput {
  // `fromEntries` defines own members, even one that is named like a member of Object's prototype.
  return Object.fromEntries([...node.members].map(([name, member]) => [name, memberValue(name, member)]));
}

function memberValue(name: string, node: Node): QueryInput[string] {
  if (node.members.size === 0) return scalarValue(name, node.value ?? '');
  if (node.value !== undefined) throw malformed(name);
  const entries = node.members.get('member');
  return entries === undefined ? structureOf(node) : listOf(name, node, entries);
}

function scalarValue(name: string, value: string): QueryInput[string] {
  if (value === '' && lists.has(name)) return [];
  if (!numbers.has(name)) return value;
  if (!/^\d{1,15}$/.test(value)) throw new ServiceError('ValidationError', 400, `${name} must be a whole number`);
  return Number(value);
}

function listOf(name: string, list: Node, entries: Node): readonly (string | QueryInput)[] {
  const indexed = [...entries.members].map(([index, entry]) => ({ index: listIndex(name, index), entry }));
  if (list.members.size > 1 || entries.value !== undefined) throw malformed(name);
  return indexed
    .sort((left, right) => left.index - right.index)
    .map(({ entry }) => {
      if (entry.members.size === 0) return entry.value ?? '';
      if (entry.value !== undefined) throw malformed(name);
      return structureOf(entry);
    });
}

function listIndex(name: string, text: string): number {
  if (!/^[1-9]\d{0,3}$/.test(text)) throw malformed(`${name}.member.${text}`);
  return Number(text);
}

function malformed(name: string): ServiceError {
  return new ServiceError('MalformedQueryString', 400, `the parameter ${name.slice(0, 200)} cannot be understood`);
}
