import { isBuiltin } from 'node:module';
import type { Plugin } from 'esbuild';

/**
 * Makes bundles take Node's modules through `process.getBuiltinModule`. For an imported module Node makes a facade that
 * reads every export, and so loads code that Node otherwise loads on first use: `node:http` has a whole client of web
 * sockets behind one export, so that importing it takes as long as everything else in a function together.
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
/** By how the module is asked for; code that calls `require` stays as it is, and is refused. */
const NAMESPACES: ReadonlyMap<string, string> = new Map([
  ['import-statement', IMPORTED],
  ['dynamic-import', IMPORTED_LATER],
]);

/** Each export is read only when it is used: the bundler leaves out unused code that is marked as pure. */
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
