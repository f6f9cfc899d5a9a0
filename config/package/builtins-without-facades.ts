import { isBuiltin } from 'node:module';
import type { Plugin } from 'esbuild';

/**
 * Has bundles take modules of Node through `process.getBuiltinModule`. Where one is imported, Node makes a facade that
 * reads every export of it, and with them loads what they get only when somebody asks: `node:http` has a whole client of
 * web sockets behind one of them, so that importing it takes as long as all else of a function together.
 */
export function builtinsWithoutFacades(): Plugin {
  return {
    name: 'builtins-without-facades',
    setup(builder) {
      builder.onResolve({ filter: /./ }, ({ path: name, kind }) => {
        const namespace = NAMESPACES.get(kind);
        return namespace === undefined || !isBuiltin(name) ? undefined : { path: name, namespace, sideEffects: false };
      });
      builder.onLoad({ filter: /./, namespace: IMPORTED }, ({ path: name }) => ({ contents: exportsOf(name) }));
      builder.onLoad({ filter: /./, namespace: IMPORTED_LATER }, ({ path: name }) => ({
        contents: `module.exports = ${builtin(name)}`,
      }));
    },
  };
}

const IMPORTED = 'builtin';
const IMPORTED_LATER = 'builtin-later';
/** By how it is asked for; what calls `require` stays as it is, and is refused. */
const NAMESPACES: ReadonlyMap<string, string> = new Map([
  ['import-statement', IMPORTED],
  ['dynamic-import', IMPORTED_LATER],
]);

/** Each export by itself and only when it is used: the bundler leaves out what is marked as pure and needed by nobody. */
function exportsOf(name: string): string {
  const names = Object.keys(process.getBuiltinModule(name) ?? {}).filter((key) => /^[a-zA-Z_$][\w$]*$/.test(key));
  return [
    `const builtin = ${builtin(name)};`,
    'export default builtin;',
    ...names.map((key) => `const $${key} = /* @__PURE__ */ (() => builtin.${key})();`),
    `export { ${names.map((key) => `$${key} as ${key}`).join(', ')} };`,
  ].join('\n');
}

function builtin(name: string): string {
  return `/* @__PURE__ */ process.getBuiltinModule(${JSON.stringify(name)})`;
}
