/**
 * Which texts are not mutated: the message of an error that we throw, and the operator's sentence of a `BrokerError`. A
 * test that repeated each of them would prove nothing: whoever acts goes by the code and the detail, which are mutated,
 * and that no message holds a secret is proven by the searches of `test/attack`.
 */
export const strykerPlugins = [{ kind: 'Ignore', name: 'messages', value: { shouldIgnore } }];

/** As much as is read of a node that Stryker offers, with its parent. */
type Offered = {
  readonly node: { readonly type: string };
  readonly key: unknown;
  readonly listKey?: unknown;
  readonly parent?: { readonly type: string; readonly callee?: { readonly type: string; readonly name?: string } };
};

/** Where the message stands among the arguments of what is thrown. */
const PLACE_OF_MESSAGE: ReadonlyMap<string, number> = new Map([
  ['Error', 0],
  ['TypeError', 0],
  ['RangeError', 0],
  ['BrokerError', 1],
  // Makes a `BrokerError` of what a store answered, with this sentence.
  ['storeError', 1],
]);

/** Why this node is left as it is, or undefined where it is mutated. */
function shouldIgnore({ node, key, listKey, parent }: Offered): string | undefined {
  const isText = node.type === 'StringLiteral' || node.type === 'TemplateLiteral';
  const isMade = parent?.type === 'NewExpression' || parent?.type === 'CallExpression';
  if (!isText || !isMade || listKey !== 'arguments') return undefined;
  const isMessage = PLACE_OF_MESSAGE.get(parent.callee?.name ?? '') === key;
  return isMessage ? 'the message of an error: nothing goes by it' : undefined;
}
