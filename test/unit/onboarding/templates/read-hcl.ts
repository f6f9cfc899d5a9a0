/**
 * Reads the attribute values of a Terraform file that this project wrote: literals, lists, objects, `compact` and
 * `jsonencode`.
 */
export function readAttribute(
  hcl: string,
  block: string,
  name: string,
  variables: Readonly<Record<string, string>>,
): unknown {
  const body = hcl.split(`${block} {\n`)[1] ?? '';
  const start = new RegExp(`^  ${name}\\s*= `, 'm').exec(body);
  if (start === null) throw new Error(`${block} has no ${name}`);
  const tokens = body.slice(start.index + start[0].length).match(/"(?:[^"\\]|\\.)*"|[\w.]+|[{}[\](),=]/g) ?? [];
  let at = 0;
  const next = () => tokens[at++] ?? 'the end';

  function value(): unknown {
    const token = next();
    if (/^(?:jsonencode|compact)$/.test(token)) return call(token);
    if (token === '{') return object();
    if (token === '[') return list();
    if (token.startsWith('"')) return text(token);
    if (/^\d+$/.test(token)) return Number(token);
    if (token.startsWith('var.')) return variables[token.slice(4)];
    throw new Error(`not a value: ${token}`);
  }

  function call(name: string): unknown {
    next();
    const argument = value();
    next();
    return name === 'compact' && Array.isArray(argument) ? argument.filter((item) => item !== '') : argument;
  }

  function object(): unknown {
    const entries: [string, unknown][] = [];
    while (tokens[at] !== '}') {
      const key = next();
      if (next() !== '=') throw new Error(`no = after ${key}`);
      entries.push([key.startsWith('"') ? text(key) : key, value()]);
    }
    next();
    return Object.fromEntries(entries);
  }

  function list(): unknown {
    const items: unknown[] = [];
    while (tokens[at] !== ']') {
      items.push(value());
      if (tokens[at] === ',') next();
    }
    next();
    return items;
  }

  return value();
}

function text(token: string): string {
  const plain: string = JSON.parse(token);
  if (/(?<![$%])[$%]\{/.test(plain)) throw new Error('a template stands in a text');
  return plain.replaceAll(/([$%])\1(?=\{)/g, (_, sign) => sign);
}
