type Parameters = Readonly<Record<string, string>>;
type Template = {
  readonly Parameters: Readonly<Record<string, { readonly Default?: string; readonly AllowedPattern: string }>>;
  readonly Conditions: Readonly<Record<string, unknown>>;
  readonly Resources: { readonly Role: { readonly Properties: unknown } };
};

const NOTHING = Symbol('AWS::NoValue');

/** What CloudFormation makes of the role in a template with these parameters; throws on a value that it would not take. */
export function resolveRole(template: Template, given: Parameters): unknown {
  const parameters = Object.entries(template.Parameters).map(([name, { Default, AllowedPattern }]) => {
    const value = given[name] ?? Default;
    if (value === undefined) throw new Error(`the parameter ${name} is missing`);
    if (!new RegExp(AllowedPattern).test(value)) throw new Error(`the parameter ${name} does not fit`);
    return [name, value] as const;
  });
  const values = new Map<string, string>(parameters);

  function resolve(value: unknown): unknown {
    if (Array.isArray(value)) return value.map(resolve).filter((item) => item !== NOTHING);
    if (typeof value !== 'object' || value === null) return value;
    const entries = Object.entries(value);
    const [[name = '', argument] = []] = entries;
    if (name === 'Ref' || name.startsWith('Fn::')) return call(name, argument);
    return Object.fromEntries(entries.map(([key, member]) => [key, resolve(member)]));
  }

  function call(name: string, argument: unknown): unknown {
    if (name === 'Ref') return argument === 'AWS::NoValue' ? NOTHING : known(values.get(String(argument)));
    if (name !== 'Fn::If' || !Array.isArray(argument)) throw new Error(`the function ${name} is not known`);
    const [condition, whenTrue, whenFalse] = argument;
    return resolve(holds(template.Conditions[condition]) ? whenTrue : whenFalse);
  }

  function holds(condition: unknown): boolean {
    const [[name, arguments_] = []] = Object.entries(known(condition) as Record<string, unknown[]>);
    const [first, second] = known(arguments_);
    if (name === 'Fn::Not') return !holds(first);
    if (name === 'Fn::Equals') return resolve(first) === resolve(second);
    throw new Error(`the condition ${name} is not known`);
  }

  return resolve(template.Resources.Role.Properties);
}

function known<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('a reference goes nowhere');
  return value;
}
