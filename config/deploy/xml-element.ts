/** An element of an answer of AWS's query protocol: text, or elements. */
export type XmlElement = { readonly name: string; readonly text: string; readonly children: readonly XmlElement[] };

type Open = { readonly name: string; text: string; readonly children: XmlElement[] };

const TOKEN = /<\?.*?\?>|<\/(\w[\w:.-]*)\s*>|<(\w[\w:.-]*)[^<>]*?(\/?)>|([^<]+)/gsy;

/**
 * Reads the XML of answers in AWS's query protocol, whose attributes carry nothing. Throws for anything else, including
 * a document type: no entity is ever expanded.
 */
export function parseXml(xml: string): XmlElement {
  const root: Open = { name: '', text: '', children: [] };
  const open: Open[] = [root];
  let end = 0;
  for (const match of xml.matchAll(TOKEN)) {
    end = match.index + match[0].length;
    take(match, open);
  }
  const [element] = root.children;
  if (end !== xml.length || open.length !== 1 || element === undefined || root.children.length !== 1) {
    throw new Error('the answer is not the XML of the query protocol');
  }
  return element;
}

function take([, closed, opened, selfClosing, text]: RegExpExecArray, open: Open[]): void {
  const inner = open.at(-1);
  if (inner === undefined) throw new Error('the answer closes an element that is not open');
  if (text !== undefined) inner.text += unescaped(text);
  if (opened !== undefined) {
    const element: Open = { name: opened, text: '', children: [] };
    inner.children.push(element);
    if (selfClosing !== '/') open.push(element);
  }
  if (closed === undefined) return;
  if (open.length === 1 || inner.name !== closed) throw new Error(`the answer closes ${closed} where it is not open`);
  open.pop();
}

/** The first child of that name, or undefined. */
function childOf(element: XmlElement | undefined, name: string): XmlElement | undefined {
  return element?.children.find((child) => child.name === name);
}

/** The text of the element at this path of names; undefined where there is none, or it is empty. */
export function textAt(element: XmlElement | undefined, ...path: readonly string[]): string | undefined {
  const found = path.reduce<XmlElement | undefined>((at, name) => childOf(at, name), element);
  return found === undefined || found.text === '' ? undefined : found.text;
}

/** The items of a list: its `member` elements. */
export function membersOf(element: XmlElement | undefined, name: string): readonly XmlElement[] {
  return childOf(element, name)?.children.filter((child) => child.name === 'member') ?? [];
}

const NAMED: Readonly<Record<string, string>> = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' };

function unescaped(text: string): string {
  return text.replaceAll(
    /&(?:#x([0-9a-fA-F]+)|#(\d+)|(\w+));/g,
    (whole, hex?: string, decimal?: string, name?: string) => {
      if (hex !== undefined) return String.fromCodePoint(Number.parseInt(hex, 16));
      if (decimal !== undefined) return String.fromCodePoint(Number(decimal));
      const known = NAMED[name ?? ''];
      if (known === undefined) throw new Error(`the answer has an entity that is none: ${whole}`);
      return known;
    },
  );
}
