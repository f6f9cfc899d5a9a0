/**
 * Resolves CloudFormation's intrinsic functions (Ref, GetAtt, Join, Sub, Select, Split) in a template value. An unknown
 * function is an error, because a wrong guess would wire something that AWS would not.
 */
import { TemplateError } from './template-error.ts';

/** Resolves references; `undefined` from `ref` is `AWS::NoValue`, and the property does not exist. */
export type ReferenceScope = {
  ref(name: string): string | undefined;
  attribute(logicalId: string, attribute: string): string;
};

/** @param logicalId the resource that holds the value, for errors. */
export function resolveIntrinsics(value: unknown, scope: ReferenceScope, logicalId: string): unknown {
  if (Array.isArray(value)) {
    return value.map((item) => resolveIntrinsics(item, scope, logicalId)).filter((item) => item !== undefined);
  }
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value);
  const [only] = entries;
  if (entries.length === 1 && only !== undefined && isIntrinsic(only[0])) {
    return applyIntrinsic({ name: only[0], argument: only[1], scope, logicalId });
  }
  const resolved = entries.map(([key, item]) => [key, resolveIntrinsics(item, scope, logicalId)] as const);
  return Object.fromEntries(resolved.filter(([, item]) => item !== undefined));
}

type Application = {
  readonly name: string;
  readonly argument: unknown;
  readonly scope: ReferenceScope;
  readonly logicalId: string;
};
type Intrinsic = (application: Application) => unknown;

/** `Condition` is also a key of every policy statement; only an object with that single key could be the intrinsic. */
function isIntrinsic(key: string): boolean {
  return key === 'Ref' || key.startsWith('Fn::');
}

const intrinsics: Readonly<Record<string, Intrinsic>> = {
  Ref: ({ argument, scope, logicalId }) => scope.ref(requireText(argument, logicalId, 'Ref')),
  'Fn::GetAtt': ({ argument, scope, logicalId }) => {
    const parts = typeof argument === 'string' ? splitOnce(argument) : requireTexts(argument, logicalId, 'Fn::GetAtt');
    const [target, attribute] = parts;
    if (parts.length !== 2 || target === undefined || attribute === undefined) {
      throw new TemplateError(logicalId, `Fn::GetAtt wants a logical id and an attribute, not ${show(argument)}`);
    }
    return scope.attribute(target, attribute);
  },
  'Fn::Join': (application) => {
    const [separator, parts] = resolvedPair(application);
    return requireTexts(parts, application.logicalId, 'Fn::Join').join(
      requireText(separator, application.logicalId, 'Fn::Join'),
    );
  },
  'Fn::Split': (application) => {
    const [separator, text] = resolvedPair(application);
    return requireText(text, application.logicalId, 'Fn::Split').split(
      requireText(separator, application.logicalId, 'Fn::Split'),
    );
  },
  'Fn::Select': (application) => {
    const [index, list] = resolvedPair(application);
    const chosen = requireTexts(list, application.logicalId, 'Fn::Select')[Number(index)];
    if (chosen === undefined) throw new TemplateError(application.logicalId, `Fn::Select finds no item ${show(index)}`);
    return chosen;
  },
  'Fn::Sub': substitute,
};

function applyIntrinsic(application: Application): unknown {
  const intrinsic = Object.hasOwn(intrinsics, application.name) ? intrinsics[application.name] : undefined;
  if (intrinsic === undefined) {
    throw new TemplateError(
      application.logicalId,
      `the embedded stack does not know the intrinsic ${application.name}`,
    );
  }
  return intrinsic(application);
}

/** `${Name}`, `${LogicalId.Attribute}`, the function's own variables; `${!Literal}` stays as `${Literal}`. */
function substitute({ argument, scope, logicalId }: Application): string {
  const [text, variables] = Array.isArray(argument) ? argument : [argument, {}];
  const own = resolveIntrinsics(variables, scope, logicalId);
  const values = new Map(typeof own === 'object' && own !== null ? Object.entries(own) : []);
  return requireText(text, logicalId, 'Fn::Sub').replace(/\$\{([^}]+)\}/g, (_, name: string) => {
    if (name.startsWith('!')) return `\${${name.slice(1)}}`;
    if (values.has(name)) return requireText(values.get(name), logicalId, 'Fn::Sub');
    const [target, attribute] = splitOnce(name);
    const found = attribute === undefined ? scope.ref(name) : scope.attribute(target ?? '', attribute);
    return requireText(found, logicalId, 'Fn::Sub');
  });
}

function resolvedPair({ name, argument, scope, logicalId }: Application): readonly [unknown, unknown] {
  if (!Array.isArray(argument) || argument.length !== 2) {
    throw new TemplateError(logicalId, `${name} wants two arguments, not ${show(argument)}`);
  }
  return [resolveIntrinsics(argument[0], scope, logicalId), resolveIntrinsics(argument[1], scope, logicalId)];
}

function requireText(value: unknown, logicalId: string, intrinsic: string): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return String(value);
  throw new TemplateError(logicalId, `${intrinsic} wants text, not ${show(value)}`);
}

function requireTexts(value: unknown, logicalId: string, intrinsic: string): readonly string[] {
  if (!Array.isArray(value)) throw new TemplateError(logicalId, `${intrinsic} wants a list, not ${show(value)}`);
  return value.map((item) => requireText(item, logicalId, intrinsic));
}

/** Splits `Queue.Arn` at its first dot; attributes such as `Endpoint.Address` keep their own dots. */
function splitOnce(text: string): readonly string[] {
  const dot = text.indexOf('.');
  return dot < 0 ? [text] : [text.slice(0, dot), text.slice(dot + 1)];
}

function show(value: unknown): string {
  return JSON.stringify(value) ?? String(value);
}
