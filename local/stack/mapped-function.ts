import type { Authorize } from '../iam/authorize.ts';
import type { StackIds } from '../ids.ts';
import type { FunctionPool } from '../lambda/function-pool.ts';
import { ServiceError } from '../service.ts';
import type { StackHome } from '../stack-home.ts';
import { type FunctionIdentities, roleCaller } from './function-identities.ts';

export type MappedFunctionDeps = {
  readonly identities: FunctionIdentities;
  readonly home: StackHome;
  readonly pool: Pick<FunctionPool, 'findFunction'>;
  readonly authorize: Authorize;
  readonly ids: Pick<StackIds, 'uuid'>;
  readonly log: (message: string) => void;
};

/** The parts of its function that a mapping of any kind needs: its wiring, Lambda acting under its role, and a log. */
export function mappedFunction(
  deps: MappedFunctionDeps,
  mapping: { readonly logicalId: string; readonly functionName: string },
  sourceName: string,
) {
  const wiring = deps.pool.findFunction(mapping.functionName);
  if (wiring === undefined) throw new Error(`mapping ${mapping.logicalId}: no function ${mapping.functionName}`);
  const lambda = roleCaller({ ...deps, caller: deps.identities.callerOf(wiring) });
  return {
    wiring,
    lambda,
    /** Throws the permissions that the role lacks, and names the mapping that they stop. */
    assertAllowed(actions: readonly string[], sourceArn: string): void {
      try {
        lambda.assertAllowed(deps.authorize, actions, sourceArn);
      } catch (cause) {
        if (!(cause instanceof ServiceError)) throw cause;
        throw new Error(`mapping ${mapping.logicalId} cannot poll ${sourceName}: ${cause.message}`, { cause });
      }
    },
    logFailure: (problem: string) => deps.log(`mapping ${mapping.logicalId}: ${problem}`),
  };
}
